import { type Clock, sleepUnlessAborted } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { Metrics } from "../core/metrics.ts";
import type { Result } from "../core/result.ts";
import { judgeValidity, type TlsPair, toDate } from "../core/tls-pair.ts";

/** The certificate of a server: the pair that it starts with, and how its files are read again. */
export interface TlsSource {
  readonly pair: TlsPair;
  /** Reads and judges the files; fails with what is wrong with them, without any of the key. */
  read(): Promise<Result<TlsPair, string>>;
}

/** What keeps the served pair that of the files. */
export interface TlsReload {
  /** Looks now; resolves once the pair is served, or refused. */
  look(): Promise<void>;
  /** Looks every few seconds until it is stopped. */
  start(): void;
  stop(): Promise<void>;
}

/** What reloading works with. */
export interface TlsReloadDeps {
  readonly source: TlsSource;
  /** Serves another pair from now on. */
  use(pair: TlsPair): void;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics?: Pick<Metrics, "certificate">;
}

/**
 * The files are read, not watched: what a link points to may be swapped, the file replaced by another
 * or lie on a network, and none of these is told by every system (ADR 42).
 */
const LOOK_EVERY_MS = 10_000;

/** Keeps the served pair that of the files. What is broken or has expired is refused, and said once. */
export const createTlsReload = (deps: TlsReloadDeps): TlsReload => {
  const { clock, log, metrics, source, use } = deps;
  const stopping = new AbortController();
  let served = source.pair;
  let refused: string | undefined;
  let looking = Promise.resolve();
  let running: Promise<void> | undefined;
  metrics?.certificate(served);

  const lookOnce = async (): Promise<void> => {
    const read = await source.read();
    if (read.ok && isSame(read.value, served)) {
      refused = undefined;
      return;
    }
    const problem = read.ok ? findProblem(read.value, clock) : read.failure;
    if (read.ok && problem === undefined) {
      use(read.value);
      served = read.value;
      refused = undefined;
      metrics?.certificate(served);
      log.info("serving a new certificate", { validUntil: toDate(served.validUntil) });
    } else if (problem !== refused) {
      refused = problem;
      log.warn("the new certificate is refused, the old one is served on", {
        problem,
        validUntil: toDate(served.validUntil),
      });
    }
  };
  const look = (): Promise<void> => (looking = looking.then(lookOnce));

  return {
    look,
    start: () => {
      running ??= (async () => {
        while (await sleepUnlessAborted(clock, LOOK_EVERY_MS, stopping.signal)) await look();
      })();
    },
    stop: async () => {
      stopping.abort(new Error("stopped"));
      await running;
      await looking;
    },
  };
};

const isSame = (one: TlsPair, other: TlsPair): boolean =>
  one.certificate === other.certificate && one.key.reveal() === other.key.reveal();

const findProblem = (pair: TlsPair, clock: Clock): string | undefined => {
  switch (judgeValidity(pair, clock.nowSeconds())) {
    case "expired":
      return `the certificate has expired, on ${toDate(pair.validUntil)}`;
    case "early":
      return `the certificate is not valid before ${toDate(pair.validFrom)}`;
    case "good":
    case "ending":
      return undefined;
  }
};
