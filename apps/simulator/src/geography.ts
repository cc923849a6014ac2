/** How hard the study says a country was hit. */
export type ImpactClass = 'high' | 'medium' | 'low';

/** A country of the study and its count of affected sites. */
export interface Country {
  readonly name: string;
  readonly sites: number;
  readonly impact: ImpactClass;
}

/** A part of the world: the share the study states, and its countries. */
export interface WorldRegion {
  readonly row: string;
  readonly name: string;
  /** As stated; the counts say otherwise (C10) and both are shown. */
  readonly statedPercent: number;
  readonly countries: readonly Country[];
}

/** R90-R92, figures as given. */
export const WORLD: readonly WorldRegion[] = [
  {
    row: 'R90',
    name: 'North America',
    statedPercent: 45,
    countries: [
      { name: 'United States', sites: 8_000, impact: 'high' },
      { name: 'Canada', sites: 1_200, impact: 'medium' },
      { name: 'Mexico', sites: 300, impact: 'low' },
    ],
  },
  {
    row: 'R91',
    name: 'Europe',
    statedPercent: 35,
    countries: [
      { name: 'United Kingdom', sites: 2_500, impact: 'high' },
      { name: 'Germany', sites: 1_800, impact: 'medium' },
      { name: 'France', sites: 1_200, impact: 'medium' },
      { name: 'Italy', sites: 600, impact: 'low' },
    ],
  },
  {
    row: 'R92',
    name: 'Asia Pacific',
    statedPercent: 20,
    countries: [
      { name: 'Japan', sites: 900, impact: 'medium' },
      { name: 'Australia', sites: 400, impact: 'low' },
      { name: 'Singapore', sites: 300, impact: 'low' },
      { name: 'India', sites: 200, impact: 'low' },
    ],
  },
];

/** Sites of a region as counted. */
export const sitesOf = ({ countries }: WorldRegion): number => countries.reduce((sum, { sites }) => sum + sites, 0);

/** Stated share beside counted share, per cent with one decimal (R93, C10). */
export const statedAndCounted = (
  world: readonly WorldRegion[],
): { readonly name: string; readonly statedPercent: number; readonly countedPercent: number }[] => {
  const total = world.reduce((sum, region) => sum + sitesOf(region), 0);
  return world.map((region) => ({
    name: region.name,
    statedPercent: region.statedPercent,
    countedPercent: Math.round((sitesOf(region) / total) * 1_000) / 10,
  }));
};
