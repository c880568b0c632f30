import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import {
  createGhlClient,
  createGhlOAuthClient,
  explainGhlFailure,
  toSecret,
} from "../../src/index.ts";
import type { RunningSandbox } from "../../src/sandbox/sandbox.ts";
import { startSandbox } from "../../src/sandbox/start-sandbox.ts";
import { compile } from "../support/compile.ts";
import { createFakeClock } from "../support/clock.ts";
import { startSettings } from "../unit/ghl/library-settings.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);
let sandbox: RunningSandbox;
let folder: string;
const examples: string[] = [];

beforeAll(async () => {
  sandbox = await startSandbox();
  folder = mkdtempSync(join(tmpdir(), "ghl-library-docs-"));
  const library = readFileSync(join(root, "docs/library.md"), "utf8");
  // the example of README.md has a token and a location written out, and no stand-in to call
  const readme = readFileSync(join(root, "README.md"), "utf8")
    .replace('toSecret("pit-...")', "toSecret(privateToken)")
    .replace('locationId: "..." });', "locationId, apiBaseUrl });\n")
    .replace(
      "\n\nconst client",
      "\nconst { apiBaseUrl, privateToken, locationId } = startSettings();\nconst client",
    );
  for (const [, code = ""] of `${library}${readme}`.matchAll(/^```ts\n(.*?)^```$/gmsu)) {
    const path = join(folder, `example-${examples.length + 1}.mts`);
    const settings = join(root, "test/unit/ghl/library-settings.ts");
    const source = code.replace('"ghl-mcp"', JSON.stringify(join(root, "src/index.ts")));
    writeFileSync(path, `import { startSettings } from ${JSON.stringify(settings)};\n${source}`);
    examples.push(path);
  }
});

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await sandbox.close();
});

const settings = () => ({
  apiBaseUrl: sandbox.baseUrl,
  authorizeUrl: sandbox.authorizeUrl,
  clientId: sandbox.clientId,
  clientSecret: sandbox.clientSecret,
  locationId: sandbox.locations[0]?.id ?? "",
  privateToken: sandbox.privateTokens.get(sandbox.locations[0]?.id ?? "") ?? "",
});

it.each(["{}", '{ "auth": {} }', '{ "auth": "pit-1" }'])(
  "names auth where plain JavaScript creates a client of %s",
  (options) => {
    // what a compiler would have refused
    const given = JSON.parse(options) as Parameters<typeof createGhlClient>[0];
    expect(() => createGhlClient(given)).toThrow('"auth" must be { privateToken } or { tokens }');
  },
);

/** Calls that must not compile, each with what the compiler says of its line. */
const WRONG_CALLS: readonly (readonly [string, RegExp])[] = [
  ['client.call("contacts.create-contakt", {});', /not assignable to parameter of type/u],
  ['client.call("contacts.get-contact");', /Expected 2 arguments/u],
  ['client.call("contacts.get-contact", {});', /'parameters' is missing/u],
  ['client.call("contacts.get-contact", { parameters: {} });', /'contactId' is missing/u],
  [
    'client.call("contacts.get-contact", { parameters: { contactId: "c", contactid: "c" } });',
    /'contactid' does not exist/u,
  ],
  ['client.call("contacts.create-contact", { body: { first_name: "Ada" } });', /'first_name'/u],
  ['client.call("contacts.create-contact", { body: { locationId: "l" } });', /'locationId'/u],
  ['client.call("contacts.get-contact", { parameters: { contactId: 7 } });', /Type 'number'/u],
  ['client.call("contacts.search-contacts-advanced", { body: {} });', /'pageLimit' is missing/u],
  [
    'client.call("opportunities.search-opportunity", { parameters: { status: "maybe" } });',
    /Type '"maybe"'/u,
  ],
  ['client.call("medias.upload-media-content", { body: { file: "a.png" } });', /Type 'string'/u],
  ['client.call("contacts.get-contact", { parameters: { contactId: "c" }, tags: [] });', /'tags'/u],
  ['client.paginate("contacts.get-contact", {});', /not assignable to parameter of type/u],
];

const RIGHT_CALLS = [
  'client.call("opportunities.get-pipelines");',
  'client.call("contacts.create-contact", { locationId: "l", body: { firstName: "Ada" } });',
  'client.call("opportunities.search-opportunity", { parameters: { status: "open" } });',
  'client.call("medias.upload-media-content", { body: { file: { base64: "QQ==" } } });',
  'client.call("locations.search-locations", { parameters: { companyId: "c" } });',
  'client.paginate("contacts.search-contacts-advanced");',
  'client.paginate("contacts.search-contacts-advanced", { body: { query: "a" } }, { maxPages: 1 });',
  'client.callById("contacts.create-contakt", { parameters: { any: 1 } });',
];

describe("the examples of docs/library.md and README.md, and calls by the type of their operation,", () => {
  it("compile where they are right, and nowhere else", () => {
    expect(examples).toHaveLength(7);
    const calls = join(folder, "calls.mts");
    const head = [
      `import { createGhlClient, toSecret } from ${JSON.stringify(join(root, "src/index.ts"))};`,
      'const client = createGhlClient({ auth: { privateToken: toSecret("t") } });',
    ];
    const lines = [...head, ...RIGHT_CALLS, ...WRONG_CALLS.map(([line]) => line)];
    writeFileSync(
      calls,
      lines.map((line) => (line.startsWith("client") ? `void ${line}` : line)).join("\n"),
    );
    const complaints = compile([...examples, calls]);
    expect(complaints.filter(({ path }) => path !== calls)).toEqual([]);
    const firstWrong = head.length + RIGHT_CALLS.length + 1;
    expect(complaints.filter(({ line }) => line < firstWrong)).toEqual([]);
    for (const [at, [line, text]] of WRONG_CALLS.entries()) {
      const found = complaints.filter((one) => one.line === firstWrong + at);
      expect([line, found.map((one) => one.text).join("\n")]).toEqual([
        line,
        expect.stringMatching(text),
      ]);
    }
  }, 60_000);

  it("run against the sandbox", async () => {
    const env = { ...process.env, LIBRARY_SETTINGS: JSON.stringify(settings()) };
    // One after the other in one process, which loads the library once.
    const runner = join(folder, "run-all.mts");
    const imports = examples.map((path) => `await import(${JSON.stringify(path)});`);
    writeFileSync(runner, imports.join('\nconsole.log("----");\n'));
    const { stdout } = await run(process.execPath, [runner], { env, timeout: 50_000 });
    const outputs = stdout.split("----\n");
    const [call, failure, cancel, list, upload, oauth, readme] = outputs;
    expect(call).toContain("contacts:");
    expect(failure).toMatch(/^exists already: \w+\n$/u);
    expect(cancel).toBe("aborted\n");
    expect(list?.match(/pageLimit/gu)).toHaveLength(30);
    expect(upload?.trim().split("\n")).toHaveLength(2);
    const uploads = sandbox.control.requests().filter(({ path }) => path === "/medias/upload-file");
    expect(uploads).toHaveLength(2);
    expect(oauth).toBe("refreshed\n");
    expect(readme).toContain("contacts:");
  }, 60_000);
});

describe("an OAuth client", () => {
  const start = (onTokens: () => Promise<void> = () => Promise.resolve()) => {
    process.env["LIBRARY_SETTINGS"] = JSON.stringify(settings());
    const given = startSettings();
    const clock = createFakeClock(Math.floor(Date.now() / 1000));
    const oauth = createGhlOAuthClient({
      ...given,
      clientSecret: toSecret(given.clientSecret),
      redirectUri: "http://localhost:3000/callback",
      scopes: ["contacts.readonly"],
      onTokens,
      clock,
    });
    return { oauth, clock, visit: given.visit };
  };
  const tokenRequests = () =>
    sandbox.control.requests().filter(({ path }) => path === "/oauth/token");

  it("sends nothing for a state that is unknown, used or too old", async () => {
    const { oauth, clock, visit } = start();
    const { code, state } = await visit(oauth.getAuthorizationUrl().url);
    const old = oauth.getAuthorizationUrl().state;
    expect((await oauth.exchangeCode(code, state)).ok).toBe(true);
    sandbox.control.clearRequests();
    clock.advance(601);
    for (const wrong of ["x", state, old]) {
      expect(await oauth.exchangeCode(code, wrong)).toEqual({
        ok: false,
        failure: { kind: "unknown_state" },
      });
    }
    expect(tokenRequests()).toEqual([]);
  });

  it("refreshes once for many calls whose token is refused, and saves before it goes on", async () => {
    let saves = 0;
    const { oauth, visit } = start(() => {
      saves += 1;
      return Promise.resolve();
    });
    const { code, state } = await visit(oauth.getAuthorizationUrl().url);
    const tokens = await oauth.exchangeCode(code, state);
    if (!tokens.ok) throw new Error(tokens.failure.kind);
    const client = createGhlClient({
      auth: { tokens: oauth.tokens },
      apiBaseUrl: sandbox.baseUrl,
      locationId: tokens.value.locationId ?? "",
    });
    sandbox.control.expireAccessTokens();
    sandbox.control.clearRequests();
    const search = () =>
      client.call("contacts.search-contacts-advanced", { body: { pageLimit: 1 } });
    const answers = await Promise.all(Array.from({ length: 5 }, search));
    expect(answers.map(({ ok }) => ok)).toEqual([true, true, true, true, true]);
    expect(tokenRequests()).toHaveLength(1);
    expect(saves).toBe(2);
    await client.close();
  });

  it("says that there are no tokens", async () => {
    const { oauth } = start();
    expect(await oauth.refresh()).toEqual({ ok: false, failure: { kind: "no_tokens" } });
  });

  it("does not hide that tokens could not be saved, nor lose them", async () => {
    let full = true;
    const { oauth, visit } = start(() =>
      full ? Promise.reject(new Error("disk full")) : Promise.resolve(),
    );
    const { code, state } = await visit(oauth.getAuthorizationUrl().url);
    await expect(oauth.exchangeCode(code, state)).rejects.toThrow("disk full");
    sandbox.control.clearRequests();
    full = false;
    expect((await oauth.refresh()).ok).toBe(true);
    expect(tokenRequests()).toEqual([]);
  });
});

it("says of a private integration token that is refused what to do about it", async () => {
  const { apiBaseUrl, locationId } = settings();
  const auth = { privateToken: toSecret("pit-dead") };
  const client = createGhlClient({ auth, apiBaseUrl, locationId });
  const answer = await client.call("opportunities.get-pipelines");
  await client.close();
  if (answer.ok) throw new Error("the token was taken");
  expect(explainGhlFailure(answer.failure)).toEqual({
    what: "GoHighLevel no longer accepts the private integration token",
    next: "make a new one in the location under Settings, Private Integrations",
  });
});
