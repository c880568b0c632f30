import type { LocationContext } from "./context.ts";
import { isRecord, toRecords, toText } from "./record.ts";

/** The names of a location's custom fields by id; none where they cannot be read. */
export async function namesOfCustomFields(
  context: Pick<LocationContext, "call">,
): Promise<ReadonlyMap<string, string>> {
  const answer = await context.call("locations.get-custom-fields", {
    parameters: { model: "all" },
  });
  if (!answer.ok || !isRecord(answer.value)) return new Map();
  return new Map(
    toRecords(answer.value["customFields"]).flatMap((field) => {
      const id = toText(field["id"]);
      const name = toText(field["name"]);
      return id === undefined || name === undefined ? [] : [[id, name] as const];
    }),
  );
}
