"use strict";
// Asks the API of this server and shows its schema. Nothing leaves the page but requests to /graphql; the token and what
// was typed stay in this tab's session.

const TOKEN = "meridian.token";
const ASKED = "meridian.asked";
const MOST_FAILURES = 20;
const MOST_FOUND = 100;
const FIRST_QUERY = `# Who am I, and what is there?
query Start($first: Int = 5) {
  viewer { name }
  clients(first: $first) {
    totalCount
    nodes { id name accountable { side person { name } } }
  }
}`;

const SCHEMA = `query Schema {
  __schema {
    queryType { name } mutationType { name } subscriptionType { name }
    types {
      kind name description
      fields(includeDeprecated: true) { name description isDeprecated deprecationReason args { ...Input } type { ...Type } }
      inputFields { ...Input }
      enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
      possibleTypes { name }
    }
  }
}
fragment Input on __InputValue { name description defaultValue type { ...Type } }
fragment Type on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }`;

const place = (id) => document.getElementById(id);
const [token, query, variables, run] = ["token", "query", "variables", "run"].map(place);
let types = new Map();
let roots = [];
let asking = null;

function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function link(text, act) {
  const made = element("button", text, "link");
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

async function send(body, signal) {
  const headers = {
    "Content-Type": "application/json",
    Accept: "application/graphql-response+json, application/json;q=0.9",
  };
  if (token.value.trim()) headers.Authorization = `Bearer ${token.value.trim()}`;
  const response = await fetch("/graphql", { method: "POST", headers, body: JSON.stringify(body), signal });
  const text = await response.text();
  try {
    return { status: response.status, id: response.headers.get("x-request-id"), answer: JSON.parse(text), text };
  } catch {
    return { status: response.status, id: response.headers.get("x-request-id"), answer: {}, text };
  }
}

function say(words, isWrong) {
  const outcome = place("outcome");
  outcome.textContent = words;
  outcome.className = isWrong ? "quiet wrong" : "quiet";
}

function remember(document, given, words) {
  const failures = place("failures");
  const entry = element("li");
  const at = new Date().toLocaleTimeString();
  entry.append(link(at, () => {
    query.value = document;
    variables.value = given;
    query.focus();
  }), ` ${words}`);
  failures.prepend(entry);
  while (failures.children.length > MOST_FAILURES) failures.lastChild.remove();
  place("no-failures").hidden = true;
}

async function ask() {
  const [document, given] = [query.value, variables.value];
  sessionStorage.setItem(ASKED, JSON.stringify([document, given]));
  const body = { query: document };
  if (given.trim()) {
    try {
      body.variables = JSON.parse(given);
    } catch (error) {
      say(`The variables are not JSON: ${error.message}`, true);
      variables.focus();
      return;
    }
  }
  if (asking) asking.abort();
  const mine = (asking = new AbortController());
  run.disabled = true;
  say("Asking …");
  const started = performance.now();
  try {
    const { status, id, answer, text } = await send(body, mine.signal);
    const took = Math.round(performance.now() - started);
    const cost = answer.extensions?.cost;
    const price = cost ? `, cost ${cost.requested} of ${cost.limit}` : "";
    const errors = answer.errors ?? [];
    say(`${status} in ${took} ms${price}`, errors.length > 0 || status !== 200);
    place("answer").textContent = answer.data || errors.length ? JSON.stringify(answer, null, 2) : text;
    for (const error of errors.slice(0, 3)) {
      remember(document, given, `${error.extensions?.code ?? status}: ${error.message} (request ${error.extensions?.requestId ?? id})`);
    }
    if (!errors.length && status !== 200) remember(document, given, `${status} (request ${id})`);
  } catch (error) {
    if (mine.signal.aborted) return;
    say("The server did not answer.", true);
    remember(document, given, `The server did not answer: ${error.message}`);
  } finally {
    if (asking === mine) {
      asking = null;
      run.disabled = false;
    }
  }
}

const named = (type) => (type.ofType ? named(type.ofType) : type.name);

function written(type) {
  if (type.kind === "NON_NULL") return `${written(type.ofType)}!`;
  if (type.kind === "LIST") return `[${written(type.ofType)}]`;
  return type.name;
}

function typed(type) {
  const name = named(type);
  const [before, after] = written(type).split(name);
  const made = element("span", before);
  made.append(types.has(name) ? link(name, () => show(name)) : name, after);
  return made;
}

function described(list, term, thing) {
  list.append(term);
  const words = [thing.description];
  if (thing.isDeprecated) words.push(`Deprecated: ${thing.deprecationReason ?? "without a reason"}`);
  if (thing.defaultValue) words.push(`By default ${thing.defaultValue}.`);
  list.append(element("dd", words.filter(Boolean).join("\n")));
}

function fields(type) {
  const list = element("dl");
  for (const field of type.fields ?? type.inputFields ?? []) {
    const term = element("dt", field.name);
    const given = field.args ?? [];
    given.forEach((argument, at) => {
      term.append(at ? ", " : "(", `${argument.name}: `, typed(argument.type));
    });
    term.append(given.length ? "): " : ": ", typed(field.type));
    described(list, term, field);
  }
  for (const value of type.enumValues ?? []) described(list, element("dt", value.name), value);
  for (const possible of type.fields ? [] : (type.possibleTypes ?? [])) {
    const term = element("dt");
    term.append(typed(possible));
    list.append(term);
  }
  return list;
}

function way(...steps) {
  place("way").replaceChildren(link("Schema", begin), ...steps.map((step) => element("span", step)));
}

function show(name) {
  const type = types.get(name);
  if (!type) return;
  way(name);
  const heading = element("h3", `${type.kind.toLowerCase().replace("_", " ")} ${name}`);
  place("docs").replaceChildren(heading, element("p", type.description ?? "", "quiet"), fields(type));
  place("docs").scrollTop = 0;
}

function begin() {
  way();
  const list = element("dl");
  for (const [kind, name] of roots) {
    const term = element("dt", `${kind}: `);
    term.append(link(name, () => show(name)));
    described(list, term, types.get(name) ?? {});
  }
  place("docs").replaceChildren(list, element("p", `${types.size} types`, "quiet"));
}

function find() {
  const wanted = place("search").value.trim().toLowerCase();
  if (!types.size) return;
  if (!wanted) {
    begin();
    return;
  }
  const list = element("dl");
  let found = 0;
  const add = (words, name, thing) => {
    found += 1;
    if (found > MOST_FOUND) return;
    const term = element("dt");
    term.append(link(words, () => show(name)));
    described(list, term, thing);
  };
  for (const type of types.values()) {
    if (type.name.toLowerCase().includes(wanted)) add(type.name, type.name, type);
  }
  for (const type of types.values()) {
    for (const field of [...(type.fields ?? []), ...(type.inputFields ?? []), ...(type.enumValues ?? [])]) {
      if (field.name.toLowerCase().includes(wanted)) add(`${type.name}.${field.name}`, type.name, field);
    }
  }
  way(`“${wanted}”`);
  const more = found > MOST_FOUND ? `, of which the first ${MOST_FOUND} are here` : "";
  place("docs").replaceChildren(element("p", `${found} found${more}`, "quiet"), list);
}

async function readSchema() {
  const docs = place("docs");
  try {
    const { status, answer } = await send({ query: SCHEMA });
    const schema = answer.data?.__schema;
    if (!schema) {
      const message = answer.errors?.[0]?.message ?? `The server answered ${status}.`;
      docs.replaceChildren(element("p", `The schema was not shown. ${message}`, "quiet wrong"));
      return;
    }
    const shown = schema.types.filter((type) => !type.name.startsWith("__"));
    types = new Map(shown.sort((a, b) => (a.name < b.name ? -1 : 1)).map((type) => [type.name, type]));
    roots = ["queryType", "mutationType", "subscriptionType"]
      .filter((root) => schema[root])
      .map((root) => [root.replace("Type", ""), schema[root].name]);
    find();
  } catch (error) {
    docs.replaceChildren(element("p", `The schema could not be read: ${error.message}`, "quiet wrong"));
  }
}

place("identity").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem(TOKEN, token.value.trim());
  readSchema();
});
run.addEventListener("click", ask);
place("search").addEventListener("input", find);
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    ask();
  }
});

token.value = sessionStorage.getItem(TOKEN) ?? "";
[query.value, variables.value] = JSON.parse(sessionStorage.getItem(ASKED) ?? "null") ?? [FIRST_QUERY, '{ "first": 5 }'];
if (token.value) readSchema();
