// The audits of `graphql-http`: what the GraphQL-over-HTTP specification asks of a server.
// They read MERIDIAN_URL and MERIDIAN_TOKEN, and the status is 0 only when every one of them passes, the recommendations too.

import { serverAudits } from "graphql-http";

const { MERIDIAN_URL: url, MERIDIAN_TOKEN: token } = process.env;

// Fewer would mean that a version of the package has left some out.
const AUDITS = 61;

// The audits know of no token.
function fetchFn(input, init) {
  const headers = { ...init?.headers, authorization: `Bearer ${token}` };
  return fetch(input, { ...init, headers });
}

let passed = 0;
for (const audit of serverAudits({ url, fetchFn })) {
  const result = await audit.fn();
  if (result.status === "ok") {
    passed += 1;
  } else {
    console.error(`${audit.id} ${audit.name}: ${result.reason}`);
  }
}
console.log(`${passed} of ${AUDITS} audits of graphql-http passed`);
process.exitCode = passed === AUDITS ? 0 : 1;
