import type { Config } from "../config/config.ts";
import { readTlsPair } from "../config/tls-pair.ts";
import { AppError } from "../core/errors.ts";
import type { TlsPair } from "../core/tls-pair.ts";

/**
 * The certificate of the settings, if they have one. Throws `AppError("config_invalid")` where it cannot
 * be used; to be called before anything is made that a refused start would leave behind.
 */
export const requireCertificate = async ({
  tls,
}: Pick<Config, "tls">): Promise<TlsPair | undefined> => {
  if (tls === undefined) return undefined;
  const read = await readTlsPair(tls);
  if (!read.ok) throw new AppError("config_invalid", read.failure);
  return read.value;
};
