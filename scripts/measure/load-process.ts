import autocannon from "autocannon";
import { answerParent } from "./answer-parent.ts";
import type { LoadJob, LoadResult } from "./load.ts";
import { percentile } from "./statistics.ts";

/** Of the answers, one in so many is read; of all, the status counts. */
const CHECK_EVERY = 8;
const TIMEOUT_SECONDS = 30;

/**
 * Sends the requests of a job, each connection its share of them in turn, the next one as soon as it has an answer. So a
 * server that stalls is asked less in that time: the percentiles are those of a closed loop.
 */
const run = async ({
  url,
  connections,
  calls,
  requests,
  method = "POST",
}: LoadJob): Promise<LoadResult> => {
  const timesMs = new Float64Array(calls);
  let answered = 0;
  let failure: string | undefined;
  let opened = 0;
  let startedMs = 0;
  let endedMs = 0;
  const fail = (what: string): void => {
    failure ??= what;
  };
  const checked = requests.map(({ headers, path, body, expect }, index) => ({
    method,
    path,
    headers: { ...headers },
    body,
    ...(index % CHECK_EVERY === 0 && {
      onResponse: (status: number, text: string) => {
        if (status !== 200 || expect.some((part) => !text.includes(part))) {
          fail(`${status} instead of ${expect.join(" and ")}: ${text.slice(0, 400)}`);
        }
      },
    }),
  }));
  const ended = new Promise<void>((resolve, reject) => {
    const instance = autocannon(
      {
        url,
        connections,
        amount: calls,
        // Of each connection other requests than its neighbour's, so that all of them are sent.
        setupClient: (client) => {
          client.setRequests(toShare(checked, opened, connections));
          opened += 1;
        },
        timeout: TIMEOUT_SECONDS,
        // How soon the end is noticed; the times are taken per answer.
        sampleInt: 50,
        bailout: 1,
      },
      (error) => {
        if (error === null || error === undefined) resolve();
        else reject(error as Error);
      },
    );
    startedMs = performance.now();
    instance.on("response", (_client, status, _bytes, durationMs) => {
      timesMs[answered] = durationMs;
      answered += 1;
      endedMs = performance.now();
      if (status !== 200) fail(`status ${status}`);
    });
    instance.on("reqError", (error: Error) => fail(error.message));
  });
  await ended;
  if (answered < calls) fail(`${calls - answered} of ${calls} calls were not answered`);
  const sorted = timesMs.subarray(0, answered).toSorted();
  return {
    calls: answered,
    seconds: (endedMs - startedMs) / 1000,
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
    ...(failure !== undefined && { failure }),
  };
};

/** Every n-th request, from the k-th on; where there are more connections than requests, one. */
const toShare = <T>(requests: readonly T[], k: number, n: number): T[] =>
  requests.length < n
    ? requests.slice(k % requests.length, (k % requests.length) + 1)
    : requests.filter((_, index) => index % n === k % n);

answerParent({ run });
