import type { SchemaBuilder } from '../../../graphql/kit/builder.ts';
import { checkedBy } from '../../../graphql/kit/input.ts';
import { signedUrlsInput } from '../client/input.ts';
import type { SignedUrl } from '../client/types.ts';
import { bucketIdArgument } from './bucket-argument.ts';

/** `createSignedUrls`. */
export function addSignedUrls(builder: SchemaBuilder): void {
  const signedUrl = builder.objectRef<SignedUrl>('SignedUrl').implement({
    description: 'A URL that works without a token, or why there is none.',
    fields: (t) => ({
      path: t.exposeString('path', { description: 'The path as it was asked for.' }),
      url: t.expose('url', {
        type: 'URL',
        nullable: true,
        description: 'On this gateway; null when the file is missing or hidden.',
      }),
      error: t.exposeString('error', { nullable: true, description: 'Why there is no URL.' }),
    }),
  });
  builder.mutationField('createSignedUrls', (t) =>
    t.field({
      type: [signedUrl],
      nullable: true,
      description: 'Signs up to 1000 files for reading, in the order in which they were asked for.',
      directives: { auth: { requires: 'AUTHENTICATED' } },
      secretAnswer: true,
      args: {
        bucket: t.arg.id(bucketIdArgument),
        paths: t.arg.stringList({ required: true, description: 'Full keys in the bucket.' }),
        expiresIn: t.arg({
          type: 'Duration',
          required: false,
          description:
            'How long they work; the largest is configured (MAX_SIGNED_URL_EXPIRY). When left out an hour, or that where it is less.',
        }),
      },
      ...checkedBy(signedUrlsInput, (input, { services, call }) => services.storage.signUrls(input, call)),
    }),
  );
}
