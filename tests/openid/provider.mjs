// The provider of the stories, with the pages to sign in that it brings along: whoever enters a name is whom a story has made by
// PUT /accounts/NAME, with the claims of the body. It prints its issuer and ends when its standard input does. The arguments are
// what it sends people back to.
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import Provider from "oidc-provider";

const KINDS = { RS256: ["rsa", { modulusLength: 2048 }], ES256: ["ec", { namedCurve: "P-256" }], EdDSA: ["ed25519"] };

const key = ([alg, [type, options]]) => ({
  ...generateKeyPairSync(type, options).privateKey.export({ format: "jwk" }),
  kid: `a key of ${alg}`,
  alg,
  use: "sig",
});

const client = (alg) => ({
  client_id: `meridian-${alg.toLowerCase()}`,
  client_secret: "a secret of the stories, of no use elsewhere",
  redirect_uris: process.argv.slice(2),
  id_token_signed_response_alg: alg,
});

const accounts = new Map();

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    claims: { openid: ["sub"], email: ["email", "email_verified"] },
    clients: Object.keys(KINDS).map(client),
    cookies: { keys: ["a key of the stories"] },
    enabledJWA: { idTokenSigningAlgValues: Object.keys(KINDS) },
    findAccount: (_, id) => accounts.has(id) && { accountId: id, claims: () => ({ sub: id, ...accounts.get(id) }) },
    jwks: { keys: Object.entries(KINDS).map(key) },
    ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
  });
  provider.use(async (context, next) => {
    const [, folder, name] = context.path.split("/");
    if (context.method !== "PUT" || folder !== "accounts") return next();
    accounts.set(name, await json(context.req));
    context.status = 204;
  });
  server.on("request", provider.callback());
  console.log(issuer);
});

process.stdin.resume().on("end", () => process.exit());
