import type { Viewer } from '../../viewer/viewer.ts';
import type { SchemaBuilder } from './builder.ts';

/** Seconds since the epoch as ISO 8601 in UTC. */
function toDateTime(seconds: number | undefined): string | null {
  return seconds === undefined ? null : new Date(seconds * 1000).toISOString();
}

/** `viewer`: what the gateway knows of its caller. */
export function addViewerSchema(builder: SchemaBuilder): void {
  const viewerType = builder.objectRef<Viewer>('Viewer').implement({
    description: 'The caller, as the gateway verified it.',
    fields: (t) => ({
      role: t.field({
        type: builder.roleEnum,
        description: 'What the caller may do.',
        resolve: (viewer) => viewer.role,
      }),
      userId: t.field({
        type: 'UUID',
        nullable: true,
        description: "The user's id; null for ANON and SERVICE_ROLE, who are no user.",
        resolve: (viewer) => (viewer.kind === 'user' ? viewer.userId : null),
      }),
      claims: t.field({
        type: 'JSONObject',
        nullable: true,
        description: 'The verified claims of the token; null when the caller sent none.',
        resolve: (viewer) => (Object.keys(viewer.claims).length === 0 ? null : viewer.claims),
      }),
      expiresAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'When the credential ends; null when the caller sent none.',
        resolve: (viewer) => toDateTime(viewer.expiresAt),
      }),
    }),
  });
  builder.queryField('viewer', (t) =>
    t.field({
      type: viewerType,
      description: 'Who is asking: the role, user and claims that the access rules see.',
      directives: { auth: { requires: 'ANON' } },
      resolve: (_root, _args, context) => context.call.viewer,
    }),
  );
}
