import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { InMemoryServerEventBus } from "@modelcontextprotocol/server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toClientId, toConnectionId, toGrantId } from "../../src/core/ids.ts";
import type { Principal } from "../../src/core/principal.ts";
import { ok } from "../../src/core/result.ts";
import {
  readConformanceResults,
  readRequiredScenarios,
  type ScenarioResult,
} from "../support/interop-conformance.ts";
import {
  createInteropHome,
  findBin,
  type InteropHome,
  type ProgramResult,
} from "../support/interop-process.ts";
import { startTestServer, type TestServer } from "../unit/transport/test-server.ts";
import { withFixtures } from "./conformance-fixtures/fixture-surface.ts";

const MANIFEST = import.meta.resolve("@modelcontextprotocol/conformance/package.json");

const PRINCIPAL: Principal = {
  grantId: toGrantId("fixtures"),
  clientId: toClientId("fixtures"),
  subject: "fixtures",
  connectionId: toConnectionId("fixtures"),
  access: "read",
  areas: "all",
  locations: "all",
};

/** How many required scenarios pass; the rest stand in the baseline beside the fixtures, with why. */
const PASSING = { "2025-11-25": 26, "2026-07-28": 37 } as const;

type Revision = keyof typeof PASSING;

/** What the suite found, and how it judges that against the baseline. */
interface Run {
  readonly verdict: ProgramResult;
  readonly results: ReadonlyMap<string, ScenarioResult>;
}

let server: TestServer;
let home: InteropHome;
let runs: Readonly<Record<Revision, Run>>;

beforeAll(async () => {
  const bus = new InMemoryServerEventBus();
  server = await startTestServer({
    surface: (surface) => withFixtures(surface, bus),
    // The suite cannot send a token; everything else of the pipeline is the product's.
    authorization: { authenticate: async () => ok(PRINCIPAL), mayContinue: async () => true },
  });
  home = createInteropHome();
  // Both at once: most of their time is waiting.
  const [legacy, current] = await Promise.all([runSuite("2025-11-25"), runSuite("2026-07-28")]);
  runs = { "2025-11-25": legacy, "2026-07-28": current };
}, 120_000);
afterAll(async () => {
  await home.close();
  await server.close();
});

const runSuite = async (revision: Revision): Promise<Run> => {
  const out = join(home.folder, revision);
  const baseline = new URL(`conformance-fixtures/baseline-${revision}.yml`, import.meta.url);
  const verdict = await home.run(
    findBin(MANIFEST, "conformance"),
    // oxfmt-ignore
    [
      "server", "--url", `${server.url}/mcp`, "--requirements", revision, "-o", out,
      "--expected-failures", fileURLToPath(baseline),
      // only a scenario of an extension that the fixtures do not have waits that long
      "--timeout", "12000",
    ],
    { timeoutMs: 110_000 },
  );
  return { verdict, results: readConformanceResults(out) };
};

describe.each(["2025-11-25", "2026-07-28"] as const)(
  "the conformance suite's fixtures on the product's HTTP pipeline, %s",
  (revision) => {
    const required = readRequiredScenarios(revision);

    it("runs every scenario that the revision requires", () => {
      expect(required.filter((scenario) => !runs[revision].results.has(scenario))).toEqual([]);
    });

    it("passes all but those in the baseline, as the suite itself judges", () => {
      expect(runs[revision].verdict).toMatchObject({ exitCode: 0 });
      const passing = required.filter(
        (scenario) => runs[revision].results.get(scenario)?.notPassed.length === 0,
      );
      process.stdout.write(`conformance ${revision}: ${passing.length} of ${required.length}\n`);
      expect(passing).toHaveLength(PASSING[revision]);
    });
  },
);
