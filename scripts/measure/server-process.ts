import type { ReadableMetrics } from "../../src/core/metrics.ts";
import type { HttpServerDeps } from "../../src/transport/http-server.ts";
import { type App, VERSION, createApp, systemParts } from "../../src/app.ts";
import { loadObservers } from "../../src/cli/observe.ts";
import { toUpstreamSettings } from "../../src/cli/session.ts";
import { loadConfig } from "../../src/config/load.ts";
import { createPinoLogger } from "../../src/observability/pino-logger.ts";
import { answerParent } from "./answer-parent.ts";
import { watchLoop } from "./watch-loop.ts";

/** Beyond what any measurement sends. */
const BOUNDLESS = { burst: 1e9, perSecond: 1e9 } as const;

/** This server takes what it is sent: the limits protect strangers from each other, and are no cost. */
const RATES: HttpServerDeps["rates"] = {
  registrationPerAddress: BOUNDLESS,
  registrationInAll: BOUNDLESS,
  authorizationPerAddress: BOUNDLESS,
  authorizationInAll: BOUNDLESS,
  decisionPerAddress: BOUNDLESS,
  installPerAddress: BOUNDLESS,
  installInAll: BOUNDLESS,
  callPerGrant: BOUNDLESS,
};

let app: App | undefined;
let closeRest = async (): Promise<void> => undefined;

/** Serves as `ghl-mcp serve` does, from the settings of the environment, with other limits. */
const start = async (): Promise<void> => {
  const { config } = loadConfig();
  const { makeMetrics, makeTracing } = await loadObservers(config);
  const parts = systemParts();
  const metrics: ReadableMetrics | undefined = makeMetrics?.({ version: VERSION });
  app = await createApp(config, {
    ...parts,
    log: createPinoLogger({ level: config.log.level, pretty: false }),
    ...(metrics !== undefined && { metrics }),
    ...(makeTracing !== undefined && { tracing: makeTracing({ version: VERSION }) }),
    settings: toUpstreamSettings(config, undefined),
    rates: RATES,
  });
  closeRest = () => parts.http.close();
  await app.listen();
};

const refreshAhead = (): void => app?.refreshAhead();

const end = async (): Promise<void> => {
  await app?.close({ graceMs: 1_000 });
  await closeRest();
};

answerParent({ start, refreshAhead, end, ...watchLoop() });
