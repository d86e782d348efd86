/** What the tabs of GraphiQL hold at first: something to run for who has never seen the schema. */
export const graphiqlExamples: readonly string[] = [
  `# Welcome. Run this with Ctrl+Enter, then see
# the other tabs. The book opens the schema.
# The key that you came with is in Headers.
query Start {
  health {
    status
    version
  }
  viewer {
    role
  }
}
`,
  `# Makes a user. To be that user, put into Headers
# of the tab Me:
# { "Authorization": "Bearer <accessToken>" }
mutation SignUp {
  signUp(input: { email: "ann@example.com", password: "correct horse battery" }) {
    user {
      id
    }
    session {
      accessToken
    }
    confirmationRequired
  }
}
`,
  `# Needs the access token of a user in Headers.
query Me {
  me {
    id
    email
    createdAt
  }
}
`,
  `# Needs the service_role key. It only reads:
# executeSql is for the rest.
query Sql {
  sql(statement: "select email, role from auth.users") {
    columns {
      name
      type
    }
    rows
    truncated
  }
}
`,
  `# Goes on until you stop it: first the state of
# every service, then each change.
subscription Follow {
  serviceHealth {
    name
    status
    checkedAt
  }
}
`,
];
