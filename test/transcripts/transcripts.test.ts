import { describe, expect, it } from "vitest";
import type { Job } from "./job.ts";
import { JOBS } from "./jobs/index.ts";
import { readJobs, readRow } from "./measured-table.ts";
import { runJob, type Transcript } from "./run-job.ts";

describe("real jobs, each in the fewest sensible calls", () => {
  it.each(JOBS.map((job) => [job.ask, job] as const))(
    "does it, at the cost that the document shows: %s",
    async (_ask, job) => {
      const transcript = await runJob(job);
      process.stdout.write(`${toLog(job, transcript)}\n`);
      const row = toRow(job, transcript);
      expect(readRow(job.ask, row)).toBe(row);
    },
  );

  it("are all in the document, in this order, and no others", () => {
    expect(readJobs()).toEqual(JOBS.map(({ ask }) => ask));
  });
});

const sum = ({ steps }: Transcript): number =>
  steps.reduce((total, { tokens }) => total + tokens, 0);

const toLog = ({ ask }: Job, transcript: Transcript): string =>
  [
    `${transcript.steps.length} calls, ${sum(transcript)} tokens: ${ask}`,
    ...transcript.steps.map(({ tool, tokens }) => `  ${String(tokens).padStart(5)} ${tool}`),
  ].join("\n");

const toRow = ({ ask }: Job, transcript: Transcript): string => {
  const { steps, listTokens } = transcript;
  const calls = toCalls(steps.map(({ tool }) => tool));
  return `| ${ask} | ${calls} | ${steps.length} | ${sum(transcript)} | ${listTokens} |`;
};

/** The calls in order, repeated ones as a number. */
const toCalls = (tools: readonly string[]): string => {
  const runs: { readonly tool: string; times: number }[] = [];
  for (const tool of tools) {
    const last = runs.at(-1);
    if (last?.tool === tool) last.times += 1;
    else runs.push({ tool, times: 1 });
  }
  return runs.map(({ tool, times }) => `\`${tool}\`${times > 1 ? ` ×${times}` : ""}`).join(", ");
};
