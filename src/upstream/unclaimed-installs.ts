import { z } from "zod";
import { type EpochSeconds, addSeconds, toEpochSeconds } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import { toCompanyId, toLocationId } from "../core/ids.ts";
import { deleteAtVersion, type RecordStore, walkGroup } from "../storage/record-store.ts";
import { toIdentityKey } from "./connection-identity.ts";
import { createPlaceIndex, type Place } from "./place-index.ts";
import { type TokenAnswer, parseTokenAnswer } from "./token-answer.ts";
import type { UnclaimedInstall } from "./upstream.ts";

/** A kept installation: the token answer as it came, and the hash of the claim that came with it. */
export interface KeptInstall {
  readonly key: string;
  readonly claimHash: string;
  readonly arrivedAt: EpochSeconds;
  readonly answer: TokenAnswer;
  readonly version: number;
}

/** The tokens of unclaimed installations: sealed, and out of reach of everything that serves grants. */
export interface UnclaimedInstalls {
  /** Keeps an installation in place of an older one of the same location or agency. Gives its key. */
  keep(install: Pick<KeptInstall, "claimHash" | "arrivedAt" | "answer">): Promise<string>;
  find(key: string): Promise<KeptInstall | undefined>;
  /** Drops this very installation; a newer one in its place stays. */
  drop(install: KeptInstall): Promise<void>;
  /** All, newest first: for the command line. */
  list(): Promise<readonly KeptInstall[]>;
  /** All, page by page. */
  walk(): AsyncGenerator<KeptInstall, void, undefined>;
  /** Those of this very location; without one, of the agency and all its locations. */
  findOf(whom: Place): Promise<readonly KeptInstall[]>;
  /** Lets an installation be found by its place that an earlier version kept. */
  noteAgain(install: KeptInstall): Promise<void>;
}

const NAMESPACE = "unclaimed_install";

/** A refresh token that lay unused for a year is dead (gohighlevel.md §4.2). */
const KEEP_SECONDS = 365 * 86_400;

const keptInstall = z.object({
  environment: z.string(),
  claimHash: z.string(),
  arrivedAt: z.number().int().transform(toEpochSeconds),
  answer: z.string(),
});

/** Makes the store of one environment. One record for a location or agency, however often it comes. */
export const createUnclaimedInstalls = (deps: {
  readonly sealed: RecordStore;
  readonly store: RecordStore;
  readonly environment: string;
}): UnclaimedInstalls => {
  const { sealed, environment } = deps;
  const places = createPlaceIndex({ ...deps, namespace: "install_place" });

  const find = createFind(deps);
  const walk: UnclaimedInstalls["walk"] = async function* () {
    for await (const key of walkGroup(sealed, NAMESPACE, environment)) {
      const install = await find(key);
      if (install !== undefined) yield install;
    }
  };

  return {
    keep: async ({ answer, ...rest }) => {
      const key = toIdentityKey({ environment, ...answer });
      const value = JSON.stringify({ ...rest, environment, answer: JSON.stringify(answer) });
      const expiresAt = toEnd(rest);
      // First: an installation must not be there and not be found by the webhook that ends it.
      await places.add(key, toPlace(answer), expiresAt);
      await sealed.put(toAddress(key), value, { expiresAt, group: environment });
      return key;
    },
    find,
    drop: async ({ key, version }) => {
      await deleteAtVersion(sealed, toAddress(key), { ifVersion: version, group: environment });
    },
    list: async () => {
      const found: KeptInstall[] = [];
      for await (const install of walk()) found.push(install);
      return found.toSorted((a, b) => b.arrivedAt - a.arrivedAt);
    },
    walk,
    findOf: async ({ companyId, locationId }) => {
      const keys =
        locationId === undefined
          ? await places.ofCompany(companyId ?? "")
          : await places.ofLocation(locationId);
      const found: KeptInstall[] = [];
      for (const key of keys) {
        const install = await find(key);
        if (install !== undefined) found.push(install);
      }
      return found;
    },
    noteAgain: (install) => places.add(install.key, toPlace(install.answer), toEnd(install)),
  };
};

/** Reads an installation of this environment. */
const createFind =
  ({
    sealed,
    environment,
  }: Pick<
    Parameters<typeof createUnclaimedInstalls>[0],
    "sealed" | "environment"
  >): UnclaimedInstalls["find"] =>
  async (key) => {
    const stored = await sealed.get(toAddress(key));
    if (stored === undefined) return undefined;
    const { environment: owner, ...record } = keptInstall.parse(JSON.parse(stored.value));
    // Another GoHighLevel's tokens belong elsewhere.
    if (owner !== environment) return undefined;
    const answer = parseTokenAnswer(record.answer);
    if (!answer.ok) {
      throw new AppError(
        "storage_corrupt",
        `the record of an unclaimed install: ${answer.failure}`,
      );
    }
    return { ...record, key, answer: answer.value, version: stored.version };
  };

const toEnd = ({ arrivedAt }: Pick<KeptInstall, "arrivedAt">): EpochSeconds =>
  addSeconds(arrivedAt, KEEP_SECONDS);

const toPlace = ({ userType, companyId, locationId }: TokenAnswer): Place => ({
  companyId,
  ...(userType === "Location" && { locationId }),
});

/** What may be told of an installation. */
export const toUnclaimed = ({ answer, arrivedAt }: KeptInstall): UnclaimedInstall => ({
  kind: answer.userType === "Location" ? "location" : "company",
  companyId: toCompanyId(answer.companyId),
  ...(answer.userType === "Location" && answer.locationId !== undefined
    ? { locationId: toLocationId(answer.locationId) }
    : {}),
  arrivedAt,
});

const toAddress = (key: string) => ({ namespace: NAMESPACE, key });
