"use strict";
// Starts GraphiQL on the API of this server. The token stays in this tab's session.

// The library that locks the page's scrolling while a dialogue is open asks for it here.
globalThis.__webpack_nonce__ = document.body.dataset.nonce;

const TOKEN = "meridian.token";
const token = document.getElementById("token");
const root = ReactDOM.createRoot(document.getElementById("graphiql"));
token.value = sessionStorage.getItem(TOKEN) ?? "";

async function fetcher(body, { headers } = {}) {
  const identity = token.value.trim() ? { Authorization: `Bearer ${token.value.trim()}` } : {};
  const response = await fetch("/graphql", {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", ...identity, ...headers },
    body: JSON.stringify(body),
  });
  return response.json();
}

let times = 0;
function render() {
  times += 1;
  root.render(React.createElement(GraphiQL, { key: times, fetcher, shouldPersistHeaders: false, defaultQuery: "{\n  viewer {\n    name\n  }\n}\n" }));
}

document.getElementById("identity").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem(TOKEN, token.value.trim());
  render();
});
render();
