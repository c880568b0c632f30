import type { ReadyContext } from "./context.ts";
import { type Found, note, problem, well } from "./finding.ts";
import { explainNoAnswer } from "./network-failure.ts";

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 1024 * 1024;
/** Webhooks are refused from five minutes of difference on; tokens seem to expire at another time. */
const MAX_SKEW_SECONDS = 60;

/** Whether GoHighLevel's API answers, and whether its clock and ours agree. */
export const checkNetwork = async (context: ReadyContext): Promise<readonly Found[]> => {
  const { config, parts, signal } = context;
  if (config.upstream.mode === "sandbox") {
    return [note("the sandbox runs inside this program: nothing else has to be reached")];
  }
  const { host } = new URL(config.apiBaseUrl);
  const sent = await parts.http.send({
    method: "GET",
    url: `${config.apiBaseUrl}/`,
    headers: { accept: "application/json" },
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_BYTES,
    signal,
  });
  if (!sent.ok) return [explainNoAnswer(host, sent.failure)];
  const { headers, status } = sent.value;
  const answers =
    status >= 500
      ? problem(`${host} answers with HTTP ${status}`, "try again later: the trouble is there")
      : well(`${host} answers`);
  return [answers, ...judgeClock(headers["date"], parts.clock.nowMs())];
};

/**
 * What the Date header of an answer says of our clock. It has whole seconds, so one is no difference.
 *
 * @internal
 */
export const judgeClock = (date: string | undefined, nowMs: number): readonly Found[] => {
  const theirsMs = Date.parse(date ?? "");
  if (Number.isNaN(theirsMs)) return [];
  const seconds = Math.round((nowMs - theirsMs) / 1000);
  if (Math.abs(seconds) <= MAX_SKEW_SECONDS) return [well("the clock of this machine is right")];
  const where = seconds > 0 ? "ahead of" : "behind";
  return [
    problem(
      `the clock of this machine is ${Math.abs(seconds)} s ${where} GoHighLevel's`,
      "set the clock by the network (NTP): tokens seem to expire at the wrong time, and webhooks are refused",
    ),
  ];
};
