import type { App } from "../app.ts";
import type { Config } from "../config/config.ts";
import { AppError } from "../core/errors.ts";
import { toConnectionId } from "../core/ids.ts";
import type { ChosenConnection, ConnectionWish, NoConnection } from "./choose-connection.ts";
import { chooseConnection, explainNoConnection } from "./choose-connection.ts";
import { hasStore } from "./session.ts";

/** The connection that upstream makes of the configured private integration token. */
export const PRIVATE: ChosenConnection = {
  connectionId: toConnectionId("private"),
  subject: "private",
  locations: "all",
};

/** Whether a command works with the private integration token: it is set and no connection is named. */
export const usesPrivateToken = (config: Config, connectionId: string | undefined): boolean =>
  config.privateToken !== undefined && connectionId === undefined;

/**
 * Throws `AppError("not_connected")` where there can be no connection, before a store is opened or made
 * for nothing.
 */
export const checkCanConnect = (config: Config, connectionId: string | undefined): void => {
  if (usesPrivateToken(config, connectionId)) return;
  if (config.masterKey.source === "ephemeral" && config.storageUrl === "memory:") {
    throw new AppError(
      "not_connected",
      'STORAGE_URL is "memory:", which keeps no sign-in for this process; set it to sqlite:<file>, or set GHL_PRIVATE_TOKEN',
    );
  }
  if (!hasStore(config)) throw notConnected({ kind: "none" }, config);
};

/** The private integration token, or the stored connection that was wished for. Throws `not_connected`. */
export const pickConnection = async (
  app: App,
  config: Config,
  wish: ConnectionWish,
): Promise<ChosenConnection> => {
  if (usesPrivateToken(config, wish.connectionId)) return PRIVATE;
  const chosen = chooseConnection(await app.upstream.listConnections(), wish);
  if (!chosen.ok) throw notConnected(chosen.failure, config);
  return chosen.value;
};

const notConnected = (failure: NoConnection, config: Config): AppError =>
  new AppError("not_connected", explainNoConnection(failure, config));
