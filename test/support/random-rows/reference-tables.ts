// What the names of the API mean, written out by hand.

export interface ReferenceColumn {
  /** Its name in Postgres. */
  readonly name: string;
  readonly type: string;
}

export interface ReferenceRelation {
  readonly to: string;
  readonly isMany: boolean;
  /** SQL that is true of a row and one that is related to it, by their aliases. */
  readonly on: (own: string, other: string) => string;
}

export interface ReferenceTable {
  readonly name: string;
  readonly key: readonly string[];
  readonly columns: Readonly<Record<string, ReferenceColumn>>;
  readonly relations: Readonly<Record<string, ReferenceRelation>>;
}

const column = (name: string, type: string): ReferenceColumn => ({ name, type });
const one = (to: string, own: string, other = 'id'): ReferenceRelation => ({
  to,
  isMany: false,
  on: (a, b) => `${b}.${other} = ${a}.${own}`,
});
const many = (to: string, other: string): ReferenceRelation => ({
  to,
  isMany: true,
  on: (a, b) => `${b}.${other} = ${a}.id`,
});

export const referenceTables: Readonly<Record<string, ReferenceTable>> = {
  people: {
    name: 'people',
    key: ['id'],
    columns: {
      id: column('id', 'uuid'),
      name: column('name', 'text'),
      age: column('age', 'int'),
      score: column('score', 'numeric'),
      weight: column('weight', 'float8'),
      mood: column('mood', 'mood'),
      born: column('born', 'date'),
      bossId: column('boss_id', 'uuid'),
      secret: column('secret', 'text'),
    },
    relations: {
      boss: one('people', 'boss_id'),
      people: many('people', 'boss_id'),
      profiles: one('profiles', 'id', 'person_id'),
      teams: many('teams', 'lead'),
      members: many('members', 'person_id'),
      teamsViaMembers: {
        to: 'teams',
        isMany: true,
        on: (a, b) => `exists (select from members where person_id = ${a}.id and team_id = ${b}.id)`,
      },
      todosByAuthorId: many('todos', 'author_id'),
      todosByEditorId: many('todos', 'editor_id'),
    },
  },
  profiles: {
    name: 'profiles',
    key: ['person_id'],
    columns: {
      personId: column('person_id', 'uuid'),
      bio: column('bio', 'text'),
      links: column('links', 'text[]'),
    },
    relations: { person: one('people', 'person_id') },
  },
  teams: {
    name: 'teams',
    key: ['id'],
    columns: { id: column('id', 'int'), name: column('name', 'text'), lead: column('lead', 'uuid') },
    relations: {
      leadRow: one('people', 'lead'),
      members: many('members', 'team_id'),
      peopleViaMembers: {
        to: 'people',
        isMany: true,
        on: (a, b) => `exists (select from members where team_id = ${a}.id and person_id = ${b}.id)`,
      },
      todos: many('todos', 'team_id'),
    },
  },
  members: {
    name: 'members',
    key: ['team_id', 'person_id'],
    columns: { teamId: column('team_id', 'int'), personId: column('person_id', 'uuid') },
    relations: { team: one('teams', 'team_id'), person: one('people', 'person_id') },
  },
  todos: {
    name: 'todos',
    key: ['id'],
    columns: {
      id: column('id', 'bigint'),
      teamId: column('team_id', 'int'),
      authorId: column('author_id', 'uuid'),
      editorId: column('editor_id', 'uuid'),
      title: column('title', 'text'),
      done: column('done', 'boolean'),
      priority: column('priority', 'int'),
      price: column('price', 'numeric'),
      meta: column('meta', 'jsonb'),
      tags: column('tags', 'text[]'),
      made: column('made', 'timestamptz'),
      span: column('span', 'int4range'),
    },
    relations: {
      team: one('teams', 'team_id'),
      author: one('people', 'author_id'),
      editor: one('people', 'editor_id'),
      notes: many('notes', 'todo_id'),
    },
  },
  notes: {
    name: 'notes',
    key: ['id'],
    columns: {
      id: column('id', 'int'),
      todoId: column('todo_id', 'bigint'),
      body: column('body', 'text'),
      stars: column('stars', 'int'),
    },
    relations: { todo: one('todos', 'todo_id') },
  },
  slots: {
    name: 'slots',
    key: ['team', 'no'],
    columns: {
      team: column('team', 'int'),
      no: column('no', 'int'),
      label: column('label', 'text'),
      length: column('length', 'interval'),
    },
    relations: {
      bookings: {
        to: 'bookings',
        isMany: true,
        on: (a, b) => `${b}.slot_team = ${a}.team and ${b}.slot_no = ${a}.no`,
      },
    },
  },
  items: {
    name: 'items',
    key: ['id'],
    columns: {
      id: column('id', 'int'),
      owner: column('owner', 'uuid'),
      title: column('title', 'text'),
      points: column('points', 'int'),
      price: column('price', 'numeric'),
      meta: column('meta', 'jsonb'),
      tags: column('tags', 'text[]'),
      parentId: column('parent_id', 'int'),
    },
    relations: { parent: one('items', 'parent_id'), items: many('items', 'parent_id') },
  },
  bookings: {
    name: 'bookings',
    key: ['id'],
    columns: {
      id: column('id', 'int'),
      slotTeam: column('slot_team', 'int'),
      slotNo: column('slot_no', 'int'),
    },
    relations: {
      slots: {
        to: 'slots',
        isMany: false,
        on: (a, b) => `${b}.team = ${a}.slot_team and ${b}.no = ${a}.slot_no`,
      },
    },
  },
};

export function referenceTable(name: string): ReferenceTable {
  const table = referenceTables[name];
  if (table === undefined) throw new Error(`the reference has no table ${name}`);
  return table;
}

export function referenceColumn(table: ReferenceTable, apiName: string): ReferenceColumn {
  const found = table.columns[apiName];
  if (found === undefined) throw new Error(`the reference has no ${table.name}.${apiName}`);
  return found;
}
