// graphql-inspector: what breaks clients since the last release must be named in the changelog.
//
// CHANGELOG.md begins with `## Unreleased`; the heading after it, `## 0.1.0 …`, names the last release, whose schema is kept in
// docs/schema/0.1.0.graphql. Each breaking change stands under `## Unreleased` by its path between backticks: `Type.field`,
// `Type.field.argument`, `Input.field`, `Enum.VALUE` or `Type`.

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { CriticalityLevel, diff } from "@graphql-inspector/core";
import { buildSchema } from "graphql";

// { version, unreleased }: the last release, null where there is none, and what the changelog says has come since.
export function readChangelog(text) {
  const [, unreleased, last] = text.split(/^## /m);
  if (!unreleased?.startsWith("Unreleased\n")) throw new Error("The changelog has to begin with `## Unreleased`.");
  if (last === undefined) return { version: null, unreleased };
  const version = last.match(/^\d+\.\d+\.\d+(?=\s)/)?.[0];
  if (!version) throw new Error(`No version begins the changelog's heading “${last.split("\n", 1)}”.`);
  return { version, unreleased };
}

// The breaking changes that the changelog does not name.
export async function unannounced(released, schema, unreleased) {
  const changes = await diff(buildSchema(released), buildSchema(schema));
  const breaking = changes.filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking);
  return breaking.filter(({ path }) => !unreleased.includes(`\`${path}\``));
}

async function main(root) {
  const read = (file) => readFileSync(`${root}/${file}`, "utf8");
  const { version, unreleased } = readChangelog(read("CHANGELOG.md"));
  const file = `docs/schema/${version}.graphql`;
  if (version === null) {
    console.log("graphql-inspector: there is no release yet that could be broken");
  } else if (!existsSync(`${root}/${file}`)) {
    throw new Error(`The changelog says that ${version} was released, and there is no ${file}.`);
  } else {
    const missing = await unannounced(read(file), read("schema.graphql"), unreleased);
    for (const { path, message } of missing) console.error(`breaks clients of ${version}: \`${path}\`: ${message}`);
    console.log(`graphql-inspector: ${missing.length} breaking changes since ${version} that CHANGELOG.md does not name`);
    if (missing.length > 0) process.exitCode = 1;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv[2]);
