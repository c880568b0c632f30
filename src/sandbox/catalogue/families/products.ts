import { answerRecord, sentFields } from "../answer-call.ts";
import type { Family } from "../family.ts";
import { times } from "./seed-people.ts";

const PRODUCTS = ["Consultation", "Starter package", "Gift card", "Workshop"];

/** Products with their prices. */
export const products: Family = {
  seeds: {
    "/products": () =>
      PRODUCTS.map((name, index) => ({
        name,
        productType: index === 2 ? "DIGITAL" : "SERVICE",
        availableInStore: true,
        description: `${name} of the sample location`,
      })),
    "/products/{}/price": ({ path }) =>
      times(2, (index) => ({
        name: index === 0 ? "One time" : "Monthly",
        type: index === 0 ? "one_time" : "recurring",
        currency: "USD",
        amount: index === 0 ? 120 : 45,
        product: path.split("/")[2] ?? "",
      })),
  },
  behaviours: {
    "products.create-price-for-product": (call) => {
      const product = call.recordId ?? "";
      const price = { ...sentFields(call), product };
      return answerRecord(call, call.collection().put(call.newId(), price));
    },
  },
};
