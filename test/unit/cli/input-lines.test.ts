import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { openInputLines } from "../../../src/cli/input-lines.ts";

const never = new AbortController().signal;

describe("the lines of an input", () => {
  it("come one at a time, also those that arrived together, and then the end", async () => {
    const input = new PassThrough();
    const lines = openInputLines(input);
    const first = lines.next(never);
    input.write("one\r\ntwo\nthr");
    expect(await first).toBe("one");
    expect(await lines.next(never)).toBe("two");
    input.end("ee");
    expect(await lines.next(never)).toBe("three");
    expect(await lines.next(never)).toBeUndefined();
    expect(await lines.next(never)).toBeUndefined();
  });

  it("are no longer waited for once the signal says so, with its reason", async () => {
    const lines = openInputLines(new PassThrough());
    const stop = new AbortController();
    const waiting = lines.next(stop.signal);
    stop.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    await expect(lines.next(stop.signal)).rejects.toThrow("enough");
    lines.close();
  });

  it("let go of the input when closed", () => {
    const input = new PassThrough();
    openInputLines(input).close();
    expect(input.destroyed).toBe(true);
  });
});
