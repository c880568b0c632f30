import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { createGhlClient, createGhlOAuthClient, toSecret } from "../../src/index.ts";
import type { RunningSandbox } from "../../src/sandbox/sandbox.ts";
import { startSandbox } from "../../src/sandbox/start-sandbox.ts";
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
  const text = readFileSync(join(root, "docs/library.md"), "utf8");
  for (const [, code = ""] of text.matchAll(/^```ts\n(.*?)^```$/gmsu)) {
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

describe("the examples of docs/library.md", () => {
  it("compile under the settings of this repository", () => {
    expect(examples).toHaveLength(3);
    const { config } = ts.readConfigFile(join(root, "tsconfig.json"), (path) =>
      ts.sys.readFile(path),
    ) as { config: unknown };
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
    const typeRoots = [join(root, "node_modules/@types")];
    const program = ts.createProgram(examples, { ...options, noEmit: true, typeRoots });
    const problems = examples
      .flatMap((path) => ts.getPreEmitDiagnostics(program, program.getSourceFile(path)))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
    expect(problems).toEqual([]);
  }, 60_000);

  it("run against the sandbox", async () => {
    const env = { ...process.env, LIBRARY_SETTINGS: JSON.stringify(settings()) };
    const outputs: string[] = [];
    for (const path of examples) {
      const { stdout } = await run(process.execPath, [path], { env, timeout: 15_000 });
      outputs.push(stdout);
    }
    expect(outputs[0]).toContain("contacts:");
    expect(outputs[1]?.match(/pageLimit/gu)).toHaveLength(30);
    expect(outputs[2]).toBe("refreshed\n");
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
