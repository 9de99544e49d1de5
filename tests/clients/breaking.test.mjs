// That breaking.mjs finds what it is there to find, whether there has been a release or not.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { readChangelog, unannounced } from "./breaking.mjs";

const schema = readFileSync("schema.graphql", "utf8");

function replaced(from, to) {
  assert.ok(schema.includes(from), `the schema has no ${from}`);
  return schema.replace(from, to);
}

async function paths(released, unreleased) {
  return (await unannounced(released, schema, unreleased)).map(({ path }) => path);
}

test("the schema does not break itself", async () => {
  assert.deepEqual(await paths(schema, ""), []);
});

test("what is new breaks nobody", async () => {
  const field = '\t"""\n\tDays between two client updates, 1 to 365.\n\t"""\n\tcadenceDays: Int!\n';
  assert.deepEqual(await paths(replaced(field, ""), ""), []);
});

test("what is gone has to be named, and by its own path", async () => {
  const released = replaced("type Client implements Node {\n", "type Client implements Node {\n  nickname: String\n");
  assert.deepEqual(await paths(released, ""), ["Client.nickname"]);
  assert.deepEqual(await paths(released, "`Client` has changed, and so has `Client.name`."), ["Client.nickname"]);
  assert.deepEqual(await paths(released, "- `Client.nickname` is gone: nobody used it."), []);
});

test("a type that changes, an argument, an input field and a value of an enum are told apart", async () => {
  const none = replaced("cadenceDays: Int!\n", "cadenceDays: String!\n");
  assert.deepEqual(await paths(none, ""), ["Client.cadenceDays"]);
  const argument = replaced("\tclient(\n", "\tclient(\n\t\tname: String\n");
  assert.deepEqual(await paths(argument, ""), ["Query.client.name"]);
  const value = replaced("enum Side {\n", "enum Side {\n  NEITHER\n");
  assert.deepEqual(await paths(value, ""), ["Side.NEITHER"]);
  const input = replaced("input ClientArchiveInput {\n", "input ClientArchiveInput {\n  reason: String\n");
  assert.deepEqual(await paths(input, ""), ["ClientArchiveInput.reason"]);
});

test("the changelog says which release is the last, and what came since", () => {
  const before = readChangelog("# Changelog\n\n## Unreleased\n\n- All of it.\n");
  assert.deepEqual(before, { version: null, unreleased: "Unreleased\n\n- All of it.\n" });
  const after = readChangelog("# Changelog\n\n## Unreleased\n\n## 0.2.0 (2027-01-04)\n\n- `A.b`\n\n## 0.1.0 (2026-12-01)\n");
  assert.deepEqual(after, { version: "0.2.0", unreleased: "Unreleased\n\n" });
  assert.throws(() => readChangelog("# Changelog\n\n## 0.1.0 (2026-12-01)\n"), /Unreleased/);
  assert.throws(() => readChangelog("## Unreleased\n\n## Next\n"), /No version/);
});
