import { isRecord } from '../../../lib/is-record.ts';
import { type JsonObject, objectAt, objectsAt } from '../../../upstream/postgres/sql/parse-tree.ts';

/** What the heading line of a node says already. */
const inHeading = new Set([
  'Node Type',
  'Strategy',
  'Partial Mode',
  'Join Type',
  'Parent Relationship',
  'Subplan Name',
  'Relation Name',
  'Schema',
  'Alias',
  'Index Name',
  'Scan Direction',
  'Operation',
  'CTE Name',
  'Function Name',
  'Startup Cost',
  'Total Cost',
  'Plan Rows',
  'Plan Width',
  'Actual Startup Time',
  'Actual Total Time',
  'Actual Rows',
  'Actual Loops',
  'Plans',
  'Parallel Aware',
  'Async Capable',
  'Disabled',
]);

/** The text form of a plan in JSON, in the manner of Postgres' own: one run of EXPLAIN gives both. */
export function planText(plan: readonly unknown[]): string {
  return plan
    .filter(isRecord)
    .map((statement) => {
      const root = objectAt(statement, 'Plan');
      const { Plan: _, ...rest } = statement;
      const tree = root === undefined ? [] : nodeLines(root, 0);
      return [...tree, ...propertyLines(rest, 0)].join('\n');
    })
    .join('\n\n');
}

function nodeLines(node: JsonObject, depth: number): string[] {
  const indent = depth === 0 ? '' : `${' '.repeat(depth * 6 - 4)}->  `;
  const properties = Object.fromEntries(Object.entries(node).filter(([key]) => !inHeading.has(key)));
  const lines = [`${indent}${heading(node)}`, ...propertyLines(properties, depth * 6 + 2)];
  for (const child of objectsAt(node, 'Plans')) {
    const name = child['Subplan Name'];
    if (typeof name === 'string') lines.push(`${' '.repeat(depth * 6 + 2)}${name}`);
    lines.push(...nodeLines(child, depth + 1));
  }
  return lines;
}

function heading(node: JsonObject): string {
  const relation = node['Relation Name'] ?? node['CTE Name'] ?? node['Function Name'];
  const alias = node['Alias'] !== relation ? node['Alias'] : undefined;
  const words = [
    node['Operation'],
    nodeName(node),
    node['Index Name'] === undefined ? undefined : `using ${node['Index Name']}`,
    relation === undefined ? undefined : `on ${relation}`,
    alias,
  ];
  const cost =
    node['Total Cost'] === undefined
      ? ''
      : `  (cost=${fixed(node['Startup Cost'])}..${fixed(node['Total Cost'])} rows=${node['Plan Rows']} width=${node['Plan Width']})`;
  return words.filter((word) => word !== undefined).join(' ') + cost + actual(node);
}

function nodeName(node: JsonObject): string {
  const type = String(node['Node Type']);
  const join = node['Join Type'];
  if (join === undefined || join === 'Inner') return type;
  return type === 'Nested Loop' ? `Nested Loop ${join} Join` : type.replace(/ Join$/, ` ${join} Join`);
}

function actual(node: JsonObject): string {
  if (node['Actual Loops'] === undefined) return '';
  if (node['Actual Loops'] === 0) return ' (never executed)';
  const time =
    node['Actual Total Time'] === undefined
      ? ''
      : `time=${fixed(node['Actual Startup Time'], 3)}..${fixed(node['Actual Total Time'], 3)} `;
  return ` (actual ${time}rows=${node['Actual Rows']} loops=${node['Actual Loops']})`;
}

function propertyLines(properties: JsonObject, indent: number): string[] {
  return Object.entries(properties).flatMap(([key, value]) => {
    const text = propertyText(value);
    if (text === undefined) return [];
    const unit = key === 'Planning Time' || key === 'Execution Time' ? ' ms' : '';
    return [`${' '.repeat(indent)}${key}: ${text}${unit}`];
  });
}

function propertyText(value: unknown): string | undefined {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return String(value);
  if (Array.isArray(value)) {
    const scalars = value.filter((item) => typeof item === 'string' || typeof item === 'number');
    return scalars.length === 0 ? undefined : scalars.join(', ');
  }
  return undefined;
}

function fixed(value: unknown, digits = 2): string {
  return Number(value).toFixed(digits);
}
