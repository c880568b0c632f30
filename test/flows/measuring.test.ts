import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Machine } from "../../scripts/bench/describe-machine.ts";
import { PARTS } from "../../scripts/bench/parts/index.ts";
import { TINY } from "../../scripts/bench/sizes.ts";
import { createWorld, type World } from "../../scripts/bench/world.ts";
import type { PlainTable } from "../../scripts/measure/print-table.ts";
import { openScope, type OpenScope, withScope } from "../../scripts/measure/scope.ts";
import { replaceFigures } from "../../scripts/measure/write-figures.ts";
import { ACTIONS } from "../../scripts/soak/actions.ts";
import { findExcuse, toCause } from "../../scripts/soak/excused.ts";
import { judgeSamples, type Sample } from "../../scripts/soak/judge.ts";
import { judgeAnswer } from "../../scripts/soak/judge-answer.ts";
import { FAULTS } from "../../scripts/soak/faults.ts";
import { findFaults, runSoak } from "../../scripts/soak/run-soak.ts";
import { toTables } from "../../scripts/soak/tables.ts";

const PAGE = new URL("../../docs/performance.md", import.meta.url);
const STARTS_MS = 60_000;

const checkTable = ({ title, columns, rows }: PlainTable): void => {
  expect([title, rows.length]).not.toContain(0);
  for (const row of rows) {
    expect(row).toHaveLength(columns.length);
    for (const cell of row) expect([title, cell]).not.toContain(Number.NaN);
  }
};

/** The rows of a table by their first cells. */
const namesOf = ({ rows }: PlainTable): readonly unknown[] => rows.map(([name]) => name);

describe("the benchmark", () => {
  let scope: OpenScope;
  let world: World;
  beforeAll(() => {
    scope = openScope();
    world = createWorld(scope);
  });
  afterAll(() => scope.close(), STARTS_MS);

  const run = async (name: string): Promise<readonly PlainTable[]> => {
    const part = PARTS.find((one) => one.name === name);
    const tables = (await part?.run(world, TINY, {})) ?? [];
    for (const table of tables) checkTable(table);
    return tables;
  };

  const SERVERS = ["bare proxy", "ghl-mcp, 2026-07-28", "ghl-mcp, 2025-06-18", "SDK handler"];

  it(
    "gets the right answer to everything that may hold the event loop up",
    { timeout: STARTS_MS },
    async () => {
      const [table] = await run("blocks");
      expect(table && namesOf(table)).toEqual(
        expect.arrayContaining(["tools/list", "grants page"]),
      );
    },
  );

  it.each(["get_contact", "read_operation"])(
    "gets the right answer to %s from the floor, from both eras of this server and from the SDK",
    { timeout: STARTS_MS },
    async (tool) => {
      const [table] = await run(tool);
      expect(table && namesOf(table)).toEqual([...SERVERS, ...SERVERS]);
      const widths = table?.rows.map(([, connections]) => connections);
      expect(new Set(widths)).toEqual(new Set(TINY.connections));
    },
  );

  it("lists the tools in both eras", { timeout: STARTS_MS }, async () => {
    const [table] = await run("tools-list");
    expect(table && namesOf(table)).toEqual(["modern", "legacy"]);
  });

  it("calls over all connections of filled vaults", { timeout: STARTS_MS }, async () => {
    const [table] = await run("vault");
    expect(table && namesOf(table)).toEqual([...TINY.vaults]);
  });

  it(
    "looks at the memory of each server in a process of its own",
    {
      timeout: STARTS_MS,
    },
    async () => {
      const [table] = await run("memory");
      expect(table && namesOf(table)).toEqual(SERVERS);
    },
  );

  it("connects legacy SSE clients, which list the tools", { timeout: STARTS_MS }, async () => {
    const [table] = await run("sse");
    expect(table?.title).toBe("4 connected legacy SSE clients, on 1 server");
  });

  it(
    "refreshes on SQLite, and on PostgreSQL or says that there is none",
    {
      timeout: STARTS_MS,
    },
    async () => {
      const [table] = await run("refreshes");
      expect(table && namesOf(table).slice(0, 2)).toEqual(["SQLite", "PostgreSQL"]);
    },
  );

  it("signs people in", { timeout: STARTS_MS }, async () => {
    expect(await run("sign-ins")).toHaveLength(1);
  });

  it(
    "starts the built package with a filled compile cache, a clone and Node alone",
    {
      timeout: STARTS_MS,
    },
    async () => {
      const [table] = await run("cold-start");
      expect(table && namesOf(table)).toEqual(["npm package", "clone", "node -e alone"]);
    },
  );
});

describe("the figures of docs/performance.md", () => {
  const machine: Machine = {
    cpu: "A processor",
    cores: 2,
    node: "24.0.0",
    date: "2026-01-31",
    commit: "abcdef0",
  };
  const toPart = (name: string, cell: string) => ({
    name,
    tables: [{ title: `What ${name} took`, columns: ["it took"], rows: [[cell]] }],
  });

  it("have a place for every part and for the soak", () => {
    const page = readFileSync(PAGE, "utf8");
    const parts = [...PARTS.map(({ name }) => name), "soak"].map((name) => toPart(name, "1 s"));
    const written = replaceFigures(page, { machine, parts });
    for (const { name } of parts) expect(written).toContain(`**What ${name} took**`);
    // Written again, nothing is left of the first time and nothing comes twice.
    const again = replaceFigures(written, { machine, parts });
    expect(again).toBe(written);
  });

  it("of other parts keep their date and their commit", () => {
    const page = readFileSync(PAGE, "utf8");
    const first = replaceFigures(page, { machine, parts: [toPart("sse", "11 s")] });
    const later = { ...machine, date: "2026-02-01", commit: "1234567" };
    const second = replaceFigures(first, { machine: later, parts: [toPart("vault", "22 s")] });
    expect(second).toContain("2026-01-31, commit abcdef0, A processor, 2 cores, Node 24.0.0.");
    expect(second).toContain("2026-02-01, commit 1234567, A processor, 2 cores, Node 24.0.0.");
    expect(second).toMatch(/11 s/u);
  });

  it("are refused where the page has no place for them", () => {
    expect(() => replaceFigures("# Page\n", { machine, parts: [toPart("sse", "1 s")] })).toThrow(
      "no place for sse",
    );
  });
});

describe("the soak", () => {
  const toSamples = (toRss: (second: number) => number): Sample[] =>
    Array.from({ length: 60 }, (_, index) => ({
      atSeconds: index * 10,
      cpuUs: 0,
      rssBytes: toRss(index * 10),
      heapUsedBytes: 0,
      liveHeapBytes: 50e6,
      descriptors: 40 + (index % 5),
      maxDelayMs: 0,
    }));

  // Without those that keep a call waiting for longer than this test may take.
  const brief = FAULTS.filter(
    ({ how }) => how.kind !== "delay" && !(how.kind === "status" && how.status === 429),
  ).map((fault) => ({ ...fault, count: 1 }));
  it(
    "sends every kind of request, and gets right answers or errors that a fault explains",
    {
      timeout: STARTS_MS,
    },
    async () => {
      const report = await withScope((scope) =>
        runSoak(scope, {
          seconds: 1,
          rate: 70,
          // Every kind once.
          leastRequests: ACTIONS.reduce((sum, { weight }) => sum + weight, 0) + 10,
          sampleEveryMs: 250,
          restWithinMs: 0,
          faults: brief,
          everyMs: 200,
        }),
      );
      expect(report.wrong).toEqual([]);
      expect(report.faults).toBeGreaterThan(0);
      for (const { name, sent, right, excused } of report.calls) {
        expect([name, sent > 0, right + excused]).toEqual([name, true, sent]);
      }
      for (const table of toTables(report).filter(({ rows }) => rows.length > 0)) checkTable(table);
    },
  );

  it("says what is wrong with a run: answers, growth, descriptors that stay open", () => {
    const [resident] = judgeSamples(toSamples((second) => 100e6 + second * 0.1e6));
    const report = { wrong: ["get_contact: no result"], trends: resident ? [resident] : [] };
    expect(findFaults({ ...report, descriptorsAtRest: [30, 60] })).toEqual([
      "a wrong answer: get_contact: no result",
      "resident MB grew by 39",
      "60 descriptors are open at rest, 30 were before",
    ]);
    expect(findFaults({ wrong: [], trends: [], descriptorsAtRest: [30, 31] })).toEqual([]);
  });

  it.each([
    ["the call was cancelled"],
    ["something failed on the server"],
    [
      "GoHighLevel failed with status 503; nothing is known about the outcome: for a read call again, after a write look first",
    ],
    [
      "GoHighLevel cannot be reached; wait a little and call again, after a write look first whether it went through, and more",
    ],
  ])("does not excuse: %s", (text) => {
    expect(findExcuse(text)).toBeUndefined();
  });

  it("excuses a reached limit, with the faults that lead to it", () => {
    const kind = findExcuse("GoHighLevel's rate limit is reached; wait 3 s and call again") ?? "";
    expect(toCause(kind)).toContain("429");
  });

  it("finds data of another location, and a part that failed without a fault", () => {
    const toAnswer = (structuredContent: object) => ({
      status: 200,
      text: JSON.stringify({ result: { content: [], structuredContent } }),
    });
    const tenant = { foreign: ["foreignContact000000"] };
    expect(() => judgeAnswer(tenant, toAnswer({ id: "foreignContact000000" }), [])).toThrow(
      "data of another location",
    );
    expect(() => judgeAnswer(tenant, toAnswer({ notes_problem: "a bug" }), [])).toThrow(
      "an error without a fault",
    );
    expect(() => judgeAnswer(tenant, toAnswer({ id: "own" }), ["other"])).toThrow("no other in");
  });

  it("sees memory that goes on growing, and none in peaks or in what a start needs", () => {
    const verdictOf = (toRss: (second: number) => number) =>
      judgeSamples(toSamples(toRss)).map(({ verdict }) => verdict);
    expect(verdictOf((second) => 100e6 + second * 0.1e6)).toEqual(["grows", "flat", "flat"]);
    expect(verdictOf((second) => (second < 200 ? 50e6 + second * 1e6 : 250e6))[0]).toBe("flat");
    expect(verdictOf((second) => (second % 70 === 0 ? 300e6 : 100e6))[0]).toBe("flat");
    expect(judgeSamples(toSamples(() => 100e6).slice(0, 9))[0]?.verdict).toBe("too short to say");
  });
});
