import type { Variable, VariableFacts } from './variable.ts';

/** The reference page of all environment variables, Markdown. */
export function renderConfigReference(all: readonly Variable[]): string {
  const groups = [...new Set(all.map((one) => one.group))];
  const sections = groups.map((group) => {
    const members = all.filter((one) => one.group === group);
    const rows = members.map((one) => `| \`${one.name}\` | ${defaultCell(one)} | ${meaningCell(one)} |`);
    return [`## ${group}`, '', '| variable | default | meaning |', '|---|---|---|', ...rows, ''].join('\n');
  });
  return [introduction, ...sections].join('\n');
}

const introduction = `# Configuration

This page is made from the code that reads the environment; do not edit it.

Everything is read once, at the start, from the environment and from a \`.env\` file if there is one. An empty value
counts as unset. A malformed value stops the start; all problems are reported together, and values are never shown.
Durations are written \`500ms\`, \`30s\`, \`15m\`, \`24h\` or as in ISO 8601 (\`PT30S\`); sizes \`64kb\`, \`5mb\`, \`1gb\` or a number of
bytes. Variables marked *secret* can be given as a file instead: \`JWT_SECRET_FILE=/run/secrets/jwt\` names the file that
holds \`JWT_SECRET\`.

With no service and no database configured (and \`NODE_ENV\` not \`production\`) the gateway runs in front of the local
stack (*dev*); otherwise it *serves* what is configured, and then \`PUBLIC_URL\` is required. A name that is nearly one of
these (\`SUPABASE_UR\`) stops the start where nothing else chose between the two, and is reported otherwise.
`;

function defaultCell(facts: VariableFacts): string {
  return facts.default === undefined || facts.default === '' ? '' : `\`${facts.default}\``;
}

function meaningCell({ description, shape, secret, aliases }: VariableFacts): string {
  const parts = [description, `Must be ${shape}.`];
  if (aliases?.length) parts.push(`Also read as ${aliases.map((alias) => `\`${alias}\``).join(', ')}.`);
  if (secret) parts.push('*Secret.*');
  return parts.join(' ').replaceAll('|', '\\|');
}
