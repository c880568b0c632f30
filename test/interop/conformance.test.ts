import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findFreePort } from "../support/free-port.ts";
import { openAuthorizationUrl } from "../support/interop-browser.ts";
import {
  readConformanceResults,
  readRequiredScenarios,
  type ScenarioResult,
} from "../support/interop-conformance.ts";
import { obtainTokens, registerClient } from "../support/interop-oauth.ts";
import {
  createInteropHome,
  findBin,
  type InteropHome,
  type ProgramResult,
} from "../support/interop-process.ts";
import { startTokenProxy, type TokenProxy } from "../support/interop-proxy.ts";
import { type RunningApp, startApp } from "../support/running-app.ts";

const CONFORMANCE = findBin(
  import.meta.resolve("@modelcontextprotocol/conformance/package.json"),
  "conformance",
);

let running: RunningApp;
let home: InteropHome;

beforeAll(async () => {
  running = await startApp();
  home = createInteropHome();
});
afterAll(async () => {
  await home.close();
  await running.close();
});

describe("conformance of the authorization server", () => {
  let results: ReadonlyMap<string, ScenarioResult>;

  beforeAll(async () => {
    const port = await findFreePort();
    const { client_id: clientId } = await registerClient(running, {
      redirect_uris: [`http://127.0.0.1:${port}/callback`],
      client_name: "conformance",
    });
    const out = join(home.folder, "authorization");
    await runWithBrowser(
      ["authorization", "--url", running.publicUrl, "--client-id", clientId],
      ["-p", String(port), "-o", out, "--verbose"],
    );
    results = readConformanceResults(out);
  }, 120_000);

  it("runs both scenarios", () => {
    expect([...results.keys()].toSorted()).toEqual([
      "authorization-code-grant",
      "authorization-server-metadata-endpoint",
    ]);
  });

  it.each(["authorization-server-metadata-endpoint", "authorization-code-grant"])(
    "passes %s",
    (scenario) => {
      expect(results.get(scenario)?.passed).not.toEqual([]);
      expect(results.get(scenario)?.notPassed).toEqual([]);
    },
  );

  /** Runs the suite, and opens the authorization URL that it prints. */
  const runWithBrowser = async (...args: readonly string[][]): Promise<void> => {
    const child = home.start(CONFORMANCE, args.flat());
    let printed = "";
    let browser: Promise<void> | undefined;
    const look = (chunk: Buffer): void => {
      printed += chunk.toString("utf8");
      const url = /(http:\S+\/oauth\/authorize\?\S+)\s/u.exec(printed)?.[1];
      const listens = printed.includes("Callback server started");
      if (url !== undefined && listens) browser ??= openAuthorizationUrl(new URL(url));
    };
    child.stdout?.on("data", look);
    child.stderr?.on("data", look);
    const exitCode = await new Promise((resolve) => void child.once("close", resolve));
    await browser;
    expect({ exitCode, printed }).toEqual({ exitCode: 0, printed: expect.any(String) });
  };
});

/**
 * The scenarios that apply to this server as it is, with the checks that do not pass. What else the
 * revision requires of a server stands in the baseline beside the test, with why.
 */
const EXPECTED = {
  "2025-11-25": {
    "server-initialize": [],
    ping: [],
    "completion-complete": [],
    "tools-list": [],
    "resources-list": [],
    "prompts-list": [],
    "server-sse-multiple-streams": [],
    "dns-rebinding-protection": [],
  },
  "2026-07-28": {
    "server-stateless": [
      // these four want the suite's fixture tools
      "sep-2575-server-rejects-undeclared-capability",
      "sep-2575-missing-capability-http-400",
      "sep-2575-http-server-no-independent-requests-on-stream",
      "sep-2575-server-no-log-without-loglevel",
    ],
    "completion-complete": [],
    "tools-list": [],
    "resources-list": [],
    "prompts-list": [],
    caching: [],
    "sep-2164-resource-not-found": [],
    "dns-rebinding-protection": [],
    "server-sse-multiple-streams": [],
    "http-header-validation": [],
    "input-required-result-unsupported-methods": [],
    "input-required-result-validate-input": [],
    // both call a fixture tool; that it is unknown is told as the protocol says
    "input-required-result-missing-input-response": ["sep-2322-missing-response-rerequests"],
    "input-required-result-ignore-extra-params": ["sep-2322-ignore-unexpected-params"],
  },
} as const satisfies Record<string, Record<string, readonly string[]>>;

/** How many of the scenarios that a revision requires of a server pass on the product as it is. */
const PASSING = { "2025-11-25": 8, "2026-07-28": 10 } as const;

describe.each(["2025-11-25", "2026-07-28"] as const)(
  "conformance of the server, %s",
  (revision) => {
    let proxy: TokenProxy;
    let verdict: ProgramResult;
    let results: ReadonlyMap<string, ScenarioResult>;

    beforeAll(async () => {
      const tokens = await obtainTokens(running);
      proxy = await startTokenProxy(running.mcpUrl, tokens.access_token);
      const out = join(home.folder, revision);
      const baseline = new URL(`conformance-product/baseline-${revision}.yml`, import.meta.url);
      verdict = await home.run(
        CONFORMANCE,
        // oxfmt-ignore
        [
          "server", "--url", proxy.url, "--requirements", revision, "-o", out,
          "--expected-failures", fileURLToPath(baseline),
        ],
        { timeoutMs: 110_000 },
      );
      results = readConformanceResults(out);
    }, 120_000);
    afterAll(() => proxy.close());

    it("passes all but those in the baseline, as the suite itself judges", () => {
      expect(verdict).toMatchObject({ exitCode: 0 });
      const passing = readRequiredScenarios(revision).filter(
        (scenario) => results.get(scenario)?.notPassed.length === 0,
      );
      process.stdout.write(`product ${revision}: ${passing.join(", ")}\n`);
      expect(passing).toHaveLength(PASSING[revision]);
    });

    it.each(Object.entries(EXPECTED[revision]))(
      "%s: all checks pass but %j",
      (scenario, expected) => {
        expect(results.get(scenario)?.passed).not.toEqual([]);
        expect(results.get(scenario)?.notPassed).toEqual(expected);
      },
    );
  },
);
