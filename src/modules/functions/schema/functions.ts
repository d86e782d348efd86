import type { SchemaBuilder } from '../../../graphql/kit/builder.ts';
import { httpMethodEnum } from '../../../graphql/kit/http-method.ts';
import { checkedBy } from '../../../graphql/kit/input.ts';
import { invocationSchema } from '../client/input.ts';
import type { FunctionAnswer } from '../client/types.ts';
import { answerJson, answerText } from './answer-body.ts';

/** `invokeFunction`. */
export function addFunctionsSchema(builder: SchemaBuilder): void {
  const FunctionResult = builder.objectRef<FunctionAnswer>('FunctionResult').implement({
    description: 'What an edge function answered.',
    fields: (t) => ({
      status: t.exposeInt('status', {
        description:
          "The function's HTTP status. Statuses of 400 and above are answers, not errors of this field.",
      }),
      headers: t.expose('headers', {
        type: 'JSONObject',
        description:
          "The usual headers of an answer and the function's own x- headers, by lower-case name. No cookies.",
      }),
      contentType: t.string({
        nullable: true,
        description: 'The content type, as the function gave it.',
        resolve: ({ contentType }) => contentType ?? null,
      }),
      body: t.field({
        type: 'JSON',
        nullable: true,
        description:
          'The parsed body of a JSON answer; numbers that a double cannot hold are strings. Null for other types, and when nested deeper than 256 levels.',
        resolve: answerJson,
      }),
      text: t.string({
        nullable: true,
        description: 'The body of a text or JSON answer in UTF-8; null for other types.',
        resolve: answerText,
      }),
      base64: t.string({
        description: 'The bytes of the body in base64, whatever their type.',
        resolve: ({ bytes }) => bytes.toString('base64'),
      }),
    }),
  });

  builder.mutationField('invokeFunction', (t) =>
    t.field({
      type: FunctionResult,
      nullable: true,
      directives: { auth: { requires: 'ANON' }, rateLimit: { limit: 120, window: '1m' } },
      // What a function answers is between it and its caller.
      secretAnswer: true,
      description:
        'Calls an edge function with the credentials of the caller. Its answer is collected; to stream, call /functions/v1/<name> of this gateway.',
      args: {
        name: t.arg.string({
          required: true,
          description: 'Name of the function: letters, digits, `_` and `-`, at most 64.',
        }),
        body: t.arg({
          type: 'JSON',
          description:
            'Sent as JSON; a string together with a content-type header that is not JSON is sent as that text.',
        }),
        method: t.arg({
          type: httpMethodEnum(builder),
          required: true,
          defaultValue: 'POST',
          description: 'Method of the request. GET and HEAD have no body.',
        }),
        headers: t.arg({
          type: 'JSONObject',
          description:
            'Further headers. Credentials, cookies, forwarding headers and those of one hop are left out.',
        }),
      },
      ...checkedBy(invocationSchema, (invocation, { services, call }) =>
        services.functions.invoke(invocation, call),
      ),
    }),
  );
}
