import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { JOBS } from "./jobs/index.ts";
import { runJob, type Transcript } from "./run-job.ts";

const document = new URL("../../docs/transcripts.md", import.meta.url);
const update = process.env["UPDATE_DOCS"] === "1";

const done = new Map<string, Transcript>();

describe("real jobs, each in the fewest sensible calls", () => {
  it.each(JOBS.map((job) => [job.ask, job] as const))("%s", async (ask, job) => {
    const transcript = await runJob(job);
    done.set(ask, transcript);
    process.stdout.write(`${toLog(ask, transcript)}\n`);
  });

  it("are what the document shows, to the token", () => {
    const table = toTable();
    const text = readFileSync(document, "utf8");
    if (update) writeFileSync(document, text.replace(TABLE, `${table}\n`));
    expect(TABLE.exec(readFileSync(document, "utf8"))?.[0].trim()).toBe(table);
  });
});

const TABLE = /^\| Job [\s\S]*?\n(?=\n|$(?![\s\S]))/mu;

const sum = ({ steps }: Transcript): number =>
  steps.reduce((total, { tokens }) => total + tokens, 0);

const toLog = (ask: string, transcript: Transcript): string =>
  [
    `${transcript.steps.length} calls, ${sum(transcript)} tokens, tools/list ${transcript.listTokens}: ${ask}`,
    ...transcript.steps.map(({ tool, tokens }) => `  ${String(tokens).padStart(5)} ${tool}`),
  ].join("\n");

/** The rows of the document: the calls in order, repeated ones as a number. */
const toTable = (): string => {
  const lines = JOBS.map(({ ask }) => {
    const transcript = done.get(ask);
    if (transcript === undefined) throw new Error(`not done: ${ask}`);
    const { steps, listTokens } = transcript;
    return `| ${ask} | ${toCalls(steps.map(({ tool }) => tool))} | ${steps.length} | ${sum(transcript)} | ${listTokens} |`;
  });
  return ["| Job | Calls in order | Calls | Tokens | tools/list |", "|---|---|---|---|---|", ...lines].join(
    "\n",
  );
};

const toCalls = (tools: readonly string[]): string => {
  const runs: { readonly tool: string; times: number }[] = [];
  for (const tool of tools) {
    const last = runs.at(-1);
    if (last?.tool === tool) last.times += 1;
    else runs.push({ tool, times: 1 });
  }
  return runs.map(({ tool, times }) => `\`${tool}\`${times > 1 ? ` ×${times}` : ""}`).join(", ");
};

afterAll(() => done.clear());
