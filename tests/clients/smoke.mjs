// Apollo Client and urql, by POST and with queries by GET: what a frontend does with either must work.
// They read MERIDIAN_URL and MERIDIAN_TOKEN, and the status is 0 only when every check passes.

import assert from "node:assert/strict";
import { ApolloClient, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { createClient, fetchExchange } from "@urql/core";

const { MERIDIAN_URL: url, MERIDIAN_TOKEN: token } = process.env;

// Each client answers { data, codes } and keeps the methods it sent by.
function apollo({ queriesBy, token }) {
  const { methods, fetch } = listening();
  const headers = { authorization: `Bearer ${token}` };
  const link = new HttpLink({ uri: url, fetch, headers, useGETForQueries: queriesBy === "GET" });
  const client = new ApolloClient({ link, cache: new InMemoryCache() });
  const answer = ({ data, error }) => {
    if (error && !CombinedGraphQLErrors.is(error)) throw error;
    return { data, codes: codes(error?.errors) };
  };
  const options = { errorPolicy: "all", fetchPolicy: "no-cache" };
  return {
    methods,
    query: async (text, variables) =>
      answer(await client.query({ query: gql(text), variables, ...options })),
    mutate: async (text, variables) =>
      answer(await client.mutate({ mutation: gql(text), variables, ...options })),
  };
}

function urql({ queriesBy, token }) {
  const { methods, fetch } = listening();
  const client = createClient({
    url,
    fetch,
    exchanges: [fetchExchange],
    fetchOptions: { headers: { authorization: `Bearer ${token}` } },
    preferGetMethod: queriesBy === "GET" ? "force" : false,
  });
  const answer = ({ data, error }) => {
    if (error?.networkError) throw error.networkError;
    return { data, codes: codes(error?.graphQLErrors) };
  };
  return {
    methods,
    query: async (text, variables) => answer(await client.query(text, variables)),
    mutate: async (text, variables) => answer(await client.mutation(text, variables)),
  };
}

function listening() {
  const methods = [];
  const listened = (input, init) => {
    methods.push(init?.method ?? "GET");
    return fetch(input, init);
  };
  return { methods, fetch: listened };
}

function codes(errors = []) {
  return errors.map((error) => error.extensions.code);
}

const checks = {
  "a query is answered": async ({ connect, queriesBy }) => {
    const client = connect(token);
    const { data, codes } = await client.query("{ viewer { id name } }");
    assert.deepEqual(codes, []);
    assert.match(data.viewer.id, /^per_/);
    assert.deepEqual(client.methods, [queriesBy]);
  },

  "variables arrive, whatever is in them": async ({ connect }) => {
    const text = `query Named($name: String!, $first: Int!) {
      clients(first: $first, filter: { name: { contains: $name } }) { nodes { name } totalCount }
    }`;
    const client = connect(token);
    const some = await client.query(text, { name: "", first: 2 });
    assert.equal(some.data.clients.nodes.length, 2);
    const none = await client.query(text, { name: "50 % & more = “ü” + \\ # 🐌", first: 2 });
    assert.deepEqual([none.codes, none.data.clients.totalCount], [[], 0]);
  },

  "a mutation changes something, by POST always": async ({ connect, name }) => {
    const text = `mutation Create($input: ClientCreateInput!) {
      clientCreate(input: $input) { client { id name } userErrors { field code } }
    }`;
    const client = connect(token);
    const made = await client.mutate(text, { input: { name } });
    assert.deepEqual(made.codes, []);
    assert.equal(made.data.clientCreate.client.name, name);
    const again = await client.mutate(text, { input: { name } });
    assert.equal(again.data.clientCreate.client, null);
    assert.equal(again.data.clientCreate.userErrors[0].code, "TAKEN");
    assert.deepEqual(client.methods, ["POST", "POST"]);
  },

  "a refusal has its code": async ({ connect }) => {
    const client = connect(token);
    const text = "query ($first: Int) { clients(first: $first) { totalCount } }";
    for (const [asked, variables, code] of [
      ["{ goodbye }", {}, "VALIDATION_FAILED"],
      [text, { first: "two" }, "BAD_USER_INPUT"],
      [text, { first: 101 }, "BAD_USER_INPUT"],
      ["{ clients(first: 100) { nodes { projects(first: 100) { nodes { name } } } } }", {}, "QUERY_TOO_COMPLEX"],
    ]) {
      assert.deepEqual((await client.query(asked, variables)).codes, [code], asked);
    }
  },

  "a failed field leaves the others": async ({ connect }) => {
    const text = `{ viewer { name } node(id: "no id") { id } }`;
    const { data, codes } = await connect(token).query(text);
    assert.deepEqual([codes, data.node], [["NOT_FOUND"], null]);
    assert.ok(data.viewer.name);
  },

  "whoever has no valid token is told so": async ({ connect }) => {
    const { codes } = await connect("mer_nobody").query("{ viewer { id } }");
    assert.deepEqual(codes, ["UNAUTHENTICATED"]);
  },
};

let failed = 0;
for (const client of [apollo, urql]) {
  for (const queriesBy of ["POST", "GET"]) {
    const name = `${client.name}, queries by ${queriesBy}`;
    const connect = (token) => client({ queriesBy, token });
    for (const [what, check] of Object.entries(checks)) {
      try {
        await check({ connect, queriesBy, name });
      } catch (error) {
        failed += 1;
        console.error(`${name}: ${what}: ${error.stack}`);
      }
    }
  }
}
const all = 4 * Object.keys(checks).length;
console.log(`${all - failed} of ${all} checks of Apollo Client and urql passed`);
process.exitCode = failed === 0 ? 0 : 1;
