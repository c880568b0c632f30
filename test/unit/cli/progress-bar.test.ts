import { expect, test } from "vitest";
import { createProgressBar } from "../../../src/cli/progress-bar.ts";

const record = () => {
  const lines: string[] = [];
  const ignore = (): void => undefined;
  const printer = {
    result: ignore,
    note: ignore,
    problem: ignore,
    tint: (_kind: string, text: string) => text,
    strong: (text: string) => text,
    progress: (line: string) => {
      lines.push(line);
      return { stop: () => void lines.push("stop") };
    },
  };
  return { lines, printer };
};

test("writes a plain line for each tenth where there is no terminal", () => {
  const { lines, printer } = record();
  const bar = createProgressBar(printer, { label: "copying", terminal: false });
  for (let done = 1; done <= 1_000; done += 1) bar.update(done, 1_000);
  const texts = lines.filter((line) => line !== "stop");
  expect(texts).toHaveLength(11);
  expect(texts.at(5)).toBe("copying: 50 % (records: 500 of 1000)");
});

test("draws a bar on a terminal, one at a time, and takes the last away", () => {
  const { lines, printer } = record();
  const bar = createProgressBar(printer, { label: "copying", terminal: true });
  for (const done of [0, 50, 50, 100]) bar.update(done, 100);
  bar.stop();
  bar.stop();
  expect(lines).toEqual([
    "copying [------------------------] 0 % (records: 0 of 100)",
    "stop",
    "copying [############------------] 50 % (records: 50 of 100)",
    "stop",
    "copying [########################] 100 % (records: 100 of 100)",
    "stop",
  ]);
});

test("is full for nothing to do, and never beyond full", () => {
  const { lines, printer } = record();
  const bar = createProgressBar(printer, { label: "copying", terminal: false });
  bar.update(0, 0);
  bar.update(7, 5);
  expect(lines).toEqual(["copying: 100 % (records: 0 of 0)"]);
});
