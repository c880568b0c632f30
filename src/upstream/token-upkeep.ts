import type { Refresher } from "./refresh.ts";
import { type RefreshAheadDeps, runRefreshAhead } from "./refresh-ahead.ts";
import type { WatchedTokenSource } from "./token-source.ts";

/** Keeps the tokens of all connections good, beside the calls that use them. */
export interface TokenUpkeep {
  /** Writes what an earlier process left in the spool. Does not throw for a store that is away. */
  restore(): Promise<void>;
  /** Starts to refresh tokens ahead of their end, until {@link TokenUpkeep.stop}. Once is enough. */
  start(): void;
  /** Stops that, and resolves once no refresh is under way: only then may the store be closed. */
  stop(): Promise<void>;
}

/** Makes the upkeep of this process. */
export const createTokenUpkeep = (
  deps: RefreshAheadDeps & {
    readonly refresher: Pick<Refresher, "whenIdle">;
    readonly tokens: Pick<WatchedTokenSource, "whenIdle">;
  },
): TokenUpkeep => {
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  return {
    restore: () => deps.writer.saveAllHeldBack(),
    start: () => {
      if (!stopping.signal.aborted) running ??= runRefreshAhead(deps, stopping.signal);
    },
    stop: async () => {
      stopping.abort(new Error("stopped"));
      await running;
      await deps.tokens.whenIdle();
      await deps.refresher.whenIdle();
    },
  };
};
