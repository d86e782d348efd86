import type { SchemaBuilder } from '../../../graphql/kit/builder.ts';
import type { FieldSharing } from '../../../graphql/kit/field-options.ts';
import { checkedBy, followedBy } from '../../../graphql/kit/input.ts';
import { broadcastInput, broadcastsInput } from '../client/checks/input.ts';
import { missedBroadcasts } from '../client/feeds/room-feeds.ts';
import type { Broadcast } from '../client/feeds/types.ts';
import { broadcastRateLimit } from '../client/rate-limits.ts';

const sharing: FieldSharing = {
  missed: ({ channel, private: isPrivate }) =>
    missedBroadcasts({ channel: String(channel), private: isPrivate === true }),
  greets: () => false,
};

/** `broadcasts` and `sendBroadcast`. */
export function addBroadcastSchema(builder: SchemaBuilder): void {
  const BroadcastType = builder.enumType('BroadcastType', {
    description: 'What an event of a channel tells.',
    values: {
      MESSAGE: { description: 'Somebody sent a message.' },
      RESYNC: { description: 'Messages may have been missed; event and payload are empty.' },
    },
  });
  const BroadcastRef = builder.objectRef<Broadcast>('Broadcast').implement({
    description: 'A message of a channel.',
    fields: (t) => ({
      type: t.expose('type', { type: BroadcastType, description: 'A message, or RESYNC.' }),
      channel: t.exposeString('channel', { description: 'The channel.' }),
      event: t.exposeString('event', { description: 'The name its sender gave it.' }),
      payload: t.field({
        type: 'JSON',
        description: 'What was sent; bytes are base64.',
        resolve: ({ payload }) => payload,
      }),
    }),
  });

  builder.subscriptionField('broadcasts', (t) =>
    t.field({
      type: BroadcastRef,
      directives: { auth: { requires: 'ANON' } },
      sharing,
      description:
        'Messages that are sent to a channel from now on, the caller’s own among them. A private channel is governed by the policies of `realtime.messages`.',
      args: {
        channel: t.arg.string({ required: true, description: 'Name of the channel.' }),
        event: t.arg.string({ description: 'Only messages of this name; without it all.' }),
        private: t.arg.boolean({
          required: true,
          defaultValue: false,
          description: 'Whether the channel is private. Public and private ones of one name are two.',
        }),
      },
      ...followedBy(broadcastsInput, (args, { services, call }) => services.realtime.broadcasts(args, call)),
      resolve: (broadcast) => broadcast,
    }),
  );

  builder.mutationField('sendBroadcast', (t) =>
    t.boolean({
      nullable: true,
      directives: { auth: { requires: 'ANON' }, rateLimit: broadcastRateLimit },
      description:
        'Sends a message to a channel. True once Realtime has taken it; to a private channel that needs Realtime 2.96.3 (else NOT_CONFIGURED).',
      args: {
        channel: t.arg.string({ required: true, description: 'Name of the channel.' }),
        event: t.arg.string({ required: true, description: 'Name of the message.' }),
        payload: t.arg({ type: 'JSON', required: true, description: 'An object.' }),
        private: t.arg.boolean({
          required: true,
          defaultValue: false,
          description: 'Whether the channel is private.',
        }),
      },
      ...checkedBy(broadcastInput, (message, { services, call }) =>
        services.realtime.sendBroadcast(message, call),
      ),
    }),
  );
}
