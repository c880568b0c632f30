import type { Config } from "../config/config.ts";
import { requireTlsPair } from "../config/tls-pair.ts";
import type { TlsPair } from "../core/tls-pair.ts";

/**
 * The certificate of the settings, if they have one. Throws `AppError("config_invalid")` where it cannot
 * be used; to be called before anything is made that a refused start would leave behind.
 */
export const requireCertificate = async ({
  tls,
}: Pick<Config, "tls">): Promise<TlsPair | undefined> =>
  tls === undefined ? undefined : requireTlsPair(tls);
