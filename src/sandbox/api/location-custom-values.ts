import { toFieldRules } from "../gate/field-rules.ts";
import { textOf } from "../gate/fields.ts";
import { answer, type Outcome } from "../gate/outcome.ts";
import { type ApiCall, createRouteFamily, type Route } from "../gate/route.ts";
import type { CustomValue } from "../world/settings.ts";
import { onRecord, succeed } from "./answers.ts";
import { IN_PATH } from "./locations.ts";

const { read, write } = createRouteFamily({
  read: "locations/customValues.readonly",
  write: "locations/customValues.write",
});
const location = IN_PATH;
const body = () => toFieldRules("name:string! value:string!");
const PATH = "/locations/:id/customValues";
const ONE = `${PATH}/:valueId` as const;

/** The endpoints of the named texts of a location. */
export const locationCustomValueRoutes: readonly Route[] = [
  read(`GET ${PATH}`, {
    location,
    handle: ({ world, params }) =>
      answer(200, {
        customValues: world.customValues.filter((value) => value.locationId === params["id"]),
      }),
  }),
  write(`POST ${PATH}`, {
    location,
    body,
    handle: (call) => {
      const customValue: CustomValue = {
        ...readValue(call),
        id: call.newId(),
        locationId: call.params["id"] ?? "",
      };
      call.world.customValues.push(customValue);
      return answer(201, { customValue });
    },
  }),
  read(`GET ${ONE}`, {
    location,
    handle: (call) => onValue(call, (customValue) => answer(200, { customValue })),
  }),
  write(`PUT ${ONE}`, {
    location,
    body,
    handle: (call) =>
      onValue(call, (old) => {
        const { customValues } = call.world;
        // The key stays: texts that use the value go on finding it.
        const customValue = { ...old, ...readValue(call), fieldKey: old.fieldKey };
        customValues[customValues.indexOf(old)] = customValue;
        return answer(200, { customValue });
      }),
  }),
  write(`DELETE ${ONE}`, {
    location,
    handle: (call) =>
      onValue(call, (value) => {
        call.world.customValues.splice(call.world.customValues.indexOf(value), 1);
        return succeed({ isV3: false });
      }),
  }),
];

const readValue = ({ body: sent }: ApiCall) => {
  const name = textOf(sent["name"]);
  return {
    name,
    value: textOf(sent["value"]),
    fieldKey: `{{ custom_values.${toKey(name)} }}`,
  };
};

/** A name as the keys of custom fields and values spell it. */
export const toKey = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "_");

const onValue = (call: ApiCall, use: (value: CustomValue) => Outcome): Outcome => {
  const id = call.params["valueId"];
  const value = call.world.customValues.find(
    (one) => one.id === id && one.locationId === call.params["id"],
  );
  return onRecord({ name: "Custom value", id }, value, use);
};
