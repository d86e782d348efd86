import type { SchemaBuilder } from '../../../graphql/kit/builder.ts';
import { followedBy } from '../../../graphql/kit/input.ts';
import { presenceInput } from '../client/checks/input.ts';
import type { Presence, PresenceUpdate } from '../client/feeds/types.ts';

/** `presence`. */
export function addPresenceSchema(builder: SchemaBuilder): void {
  const PresenceUpdateType = builder.enumType('PresenceUpdateType', {
    description: 'What a presence event tells.',
    values: {
      SYNC: { description: 'The whole state: at the start, and again after a gap.' },
      DIFF: { description: 'Somebody came, changed or left.' },
    },
  });
  const PresenceRef = builder.objectRef<Presence>('Presence').implement({
    description: 'Somebody on a channel.',
    fields: (t) => ({
      key: t.exposeString('key', { description: 'The key they chose, or a random one.' }),
      metas: t.field({
        type: ['JSONObject'],
        description: 'What they tell of themselves; one for each time they are present under the key.',
        resolve: ({ metas }) => metas,
      }),
    }),
  });
  const list = (description: string, pick: (update: PresenceUpdate) => readonly Presence[]) => ({
    type: [PresenceRef] as [typeof PresenceRef],
    description,
    resolve: (update: PresenceUpdate) => pick(update),
  });
  const PresenceUpdateRef = builder.objectRef<PresenceUpdate>('PresenceUpdate').implement({
    description: 'Who is on a channel.',
    fields: (t) => ({
      type: t.expose('type', { type: PresenceUpdateType, description: 'SYNC or DIFF.' }),
      state: t.field(list('Everybody who is there now.', ({ state }) => state)),
      joined: t.field(list('Who came or changed; empty for SYNC.', ({ joined }) => joined)),
      left: t.field(list('Who left or was as this before; empty for SYNC.', ({ left }) => left)),
    }),
  });

  builder.subscriptionField('presence', (t) =>
    t.field({
      type: PresenceUpdateRef,
      directives: { auth: { requires: 'ANON' } },
      description:
        'Who is on a channel. With `track`, the caller is present for as long as the subscription lives.',
      args: {
        channel: t.arg.string({ required: true, description: 'Name of the channel.' }),
        key: t.arg.string({ description: 'The key to be present under; without it a random one.' }),
        track: t.arg({
          type: 'JSON',
          description: 'An object others see; without it the caller only watches.',
        }),
        private: t.arg.boolean({
          required: true,
          defaultValue: false,
          description: 'Whether the channel is private.',
        }),
      },
      ...followedBy(presenceInput, (args, { services, call }) => services.realtime.presence(args, call)),
      resolve: (update) => update,
    }),
  );
}
