// graphql-ws and graphql-sse, alone and under Apollo Client and urql: what a frontend subscribes to must arrive.
// They read MERIDIAN_URL and MERIDIAN_TOKEN, and the status is 0 only when every check passes.

import assert from "node:assert/strict";
import { ApolloClient, InMemoryCache, gql } from "@apollo/client";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { createClient as createUrqlClient, fetchExchange, subscriptionExchange } from "@urql/core";
import { createClient as createSseClient } from "graphql-sse";
import { createClient as createWsClient } from "graphql-ws";
import WebSocket from "ws";

const { MERIDIAN_URL: url, MERIDIAN_TOKEN: token } = process.env;
const socketUrl = url.replace(/^http/, "ws");
const authorization = (token) => `Bearer ${token}`;

const overSocket = (options = {}) =>
  createWsClient({
    url: socketUrl,
    webSocketImpl: WebSocket,
    connectionParams: () => ({ Authorization: authorization(options.token ?? token) }),
    lazy: true,
    ...options,
  });
const overEvents = (options = {}) =>
  createSseClient({
    url,
    headers: () => ({ Authorization: authorization(options.token ?? token) }),
    retryAttempts: 0,
    ...options,
  });

const CHANGED = `subscription Changed($id: ID!) {
  projectChanged(id: $id) { kind projectId version project { id name } }
}`;
const RENAME = `mutation Rename($input: ProjectUpdateInput!) {
  projectUpdate(input: $input) { project { id } userErrors { message } }
}`;

// Asks by an ordinary request, as another frontend would.
async function ask(query, variables) {
  const answer = await fetch(url, {
    method: "POST",
    headers: { authorization: authorization(token), "content-type": "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await answer.json();
  assert.equal(errors, undefined);
  return data;
}

async function aProject() {
  const data = await ask("{ projects(first: 1) { nodes { id name } } }");
  return data.projects.nodes[0];
}

// Renames the project until the subscription has told of it: nothing says when a subscription stands.
async function told(subscribe) {
  const project = await aProject();
  let renaming = true;
  const renamed = (async () => {
    for (let n = 1; renaming; n += 1) {
      await ask(RENAME, { input: { id: project.id, name: `${project.name} ${n % 7}` } });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  })();
  try {
    const event = await subscribe({ id: project.id });
    assert.equal(event.kind, "UPDATED");
    assert.equal(event.projectId, project.id);
    assert.equal(event.project.id, project.id);
    assert.ok(event.version > 1);
  } finally {
    renaming = false;
    await renamed;
    await ask(RENAME, { input: { id: project.id, name: project.name } });
  }
}

// The first result of a client that takes a sink, and what it ends with.
const first = (client, payload) =>
  new Promise((resolve, reject) => {
    const stop = client.subscribe(payload, {
      next: (result) => {
        resolve(result);
        setTimeout(stop);
      },
      error: reject,
      complete: () => reject(new Error("it was completed without a result")),
    });
  });

async function all(client, payload) {
  const results = [];
  await new Promise((resolve, reject) => {
    client.subscribe(payload, { next: (result) => results.push(result), error: reject, complete: resolve });
  });
  return results;
}

const checks = {
  "graphql-ws: a change is told": async () => {
    const client = overSocket();
    await told(async (variables) => {
      const { data } = await first(client, { query: CHANGED, variables });
      return data.projectChanged;
    });
    await client.dispose();
  },

  "graphql-ws: queries and mutations are answered and completed": async () => {
    const client = overSocket();
    const [{ data }] = await all(client, { query: "{ viewer { id } }" });
    assert.match(data.viewer.id, /^per_/);
    const input = { name: "Over a socket" };
    const create = "mutation ($input: ClientCreateInput!) { clientCreate(input: $input) { client { name } } }";
    const [made] = await all(client, { query: create, variables: { input } });
    assert.equal(made.data.clientCreate.client.name, input.name);
    await client.dispose();
  },

  "graphql-ws: a refusal has its code, and the socket goes on": async () => {
    const client = overSocket();
    for (const [query, code] of [
      ["{ goodbye }", "VALIDATION_FAILED"],
      ["subscription { projectChanged(id: \"no id\") { kind } }", "NOT_FOUND"],
      ["{ clients(first: 100) { nodes { projects(first: 100) { nodes { name } } } } }", "QUERY_TOO_COMPLEX"],
    ]) {
      await assert.rejects(first(client, { query }), ([error]) => error.extensions.code === code, query);
    }
    const [{ data }] = await all(client, { query: "{ viewer { id } }" });
    assert.ok(data);
    await client.dispose();
  },

  "graphql-ws: whoever is not known is closed by 4403": async () => {
    const client = overSocket({ token: "mer_nobody", retryAttempts: 0 });
    await assert.rejects(first(client, { query: "{ viewer { id } }" }), (event) => event.code === 4403);
    await client.dispose();
  },

  "graphql-ws: pings are answered": async () => {
    const pong = new Promise((resolve) => {
      const client = overSocket({
        keepAlive: 100,
        lazy: false,
        on: { pong: (received) => received && resolve(client) },
      });
    });
    await (await pong).dispose();
  },

  "graphql-sse: a change is told": async () => {
    const client = overEvents();
    await told(async (variables) => {
      const { data } = await first(client, { query: CHANGED, variables });
      return data.projectChanged;
    });
    client.dispose();
  },

  "graphql-sse: queries are answered and completed, refusals have their code": async () => {
    const client = overEvents();
    const [{ data }] = await all(client, { query: "{ viewer { id } }" });
    assert.match(data.viewer.id, /^per_/);
    const [{ errors }] = await all(client, { query: "{ goodbye }" });
    assert.equal(errors[0].extensions.code, "VALIDATION_FAILED");
    client.dispose();
  },

  "graphql-sse: whoever is not known is told so by the status": async () => {
    const client = overEvents({ token: "mer_nobody" });
    const refused = first(client, { query: "{ viewer { id } }" });
    await assert.rejects(refused, (error) => error.response.status === 401);
    client.dispose();
  },

  "Apollo Client over graphql-ws: a change is told": async () => {
    const client = overSocket();
    const apollo = new ApolloClient({ link: new GraphQLWsLink(client), cache: new InMemoryCache() });
    await told(
      (variables) =>
        new Promise((resolve, reject) => {
          const events = apollo.subscribe({ query: gql(CHANGED), variables });
          const subscription = events.subscribe({
            next: ({ data, error }) => {
              setTimeout(() => subscription.unsubscribe());
              if (error) reject(error);
              else resolve(data.projectChanged);
            },
            error: reject,
          });
        }),
    );
    apollo.stop();
    await client.dispose();
  },

  "urql over graphql-ws: a change is told": async () => {
    const client = overSocket();
    const forward = (request) => ({
      subscribe: (sink) => ({
        unsubscribe: client.subscribe({ ...request, query: request.query ?? "" }, sink),
      }),
    });
    const exchanges = [subscriptionExchange({ forwardSubscription: forward })];
    await told((variables) => firstOfUrql(createUrqlClient({ url, exchanges }), variables));
    await client.dispose();
  },

  "urql over an event stream of its own: a change is told": async () => {
    const client = createUrqlClient({
      url,
      exchanges: [fetchExchange],
      fetchSubscriptions: true,
      fetchOptions: { headers: { authorization: authorization(token) } },
    });
    await told((variables) => firstOfUrql(client, variables));
  },
};

const firstOfUrql = (client, variables) =>
  new Promise((resolve, reject) => {
    const subscription = client.subscription(CHANGED, variables).subscribe(({ data, error }) => {
      setTimeout(() => subscription.unsubscribe());
      if (error) reject(error);
      else resolve(data.projectChanged);
    });
  });

let failed = 0;
for (const [what, check] of Object.entries(checks)) {
  try {
    await check();
  } catch (error) {
    failed += 1;
    console.error(`${what}: ${error?.stack ?? JSON.stringify(error)}`);
  }
}
const count = Object.keys(checks).length;
console.log(`${count - failed} of ${count} checks of graphql-ws, graphql-sse, Apollo Client and urql passed`);
process.exit(failed === 0 ? 0 : 1);
