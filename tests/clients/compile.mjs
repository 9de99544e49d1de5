// Compiles docs/operations as frontends do: graphql-codegen's client preset into `generated`, for `tsc`, and one module a file
// into `relay`, for relay-compiler, which reads its operations from TypeScript only.

import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { generate } from "@graphql-codegen/cli";
import { parse, print } from "graphql";

const scalars = { Date: "string", DateTime: "string", ID: "string" };
await generate({
  schema: "schema.graphql",
  documents: "operations/*.graphql",
  silent: true,
  generates: { "generated/": { preset: "client", config: { strictScalars: true, scalars } } },
});

const files = readdirSync("operations").filter((file) => file.endsWith(".graphql"));
mkdirSync("relay/artifacts", { recursive: true });
for (const file of [...files.map((file) => `operations/${file}`), "Paging.graphql"]) {
  const { definitions } = parse(readFileSync(file, "utf8"));
  const tags = definitions.map((definition) => `graphql\`${print(definition)}\`;\n`);
  const name = file.replace(/^.*\//, "").replace(/graphql$/, "ts");
  writeFileSync(`relay/${name}`, `import { graphql } from "relay-runtime";\n${tags.join("")}`);
}
console.log(`${files.length} files of docs/operations compiled by graphql-codegen`);
