/** A part of the world, as people read a map of an outage. */
export type WorldRegion =
  | 'North America'
  | 'Latin America'
  | 'Europe'
  | 'Asia Pacific'
  | 'Middle East'
  | 'Africa'
  | 'Antarctica';

/** Each country of ISO 3166-1 in one region. Mexico is North America, as the study has it (R90). */
const COUNTRIES: Readonly<Record<WorldRegion, string>> = {
  'North America': 'BM CA GL MX PM US',
  'Latin America':
    'AG AI AR AW BB BL BO BQ BR BS BZ CL CO CR CU CW DM DO EC FK GD GF GP GT GY HN HT JM KN KY LC MF MQ MS NI PA PE PR PY ' +
    'SR SV SX TC TT UY VC VE VG VI',
  Europe:
    'AD AL AT AX BA BE BG BY CH CY CZ DE DK EE ES FI FO FR GB GG GI GR HR HU IE IM IS IT JE LI LT LU LV MC MD ME MK MT NL ' +
    'NO PL PT RO RS RU SE SI SJ SK SM TR UA VA',
  'Asia Pacific':
    'AF AM AS AU AZ BD BN BT CC CK CN CX FJ FM GE GU HK HM ID IN IO JP KG KH KI KP KR KZ LA LK MH MM MN MO MP MV MY NC NF ' +
    'NP NR NU NZ PF PG PH PK PN PW SB SG TH TJ TK TL TM TO TV TW UM UZ VN VU WF WS',
  'Middle East': 'AE BH IL IQ IR JO KW LB OM PS QA SA SY YE',
  Africa:
    'AO BF BI BJ BW CD CF CG CI CM CV DJ DZ EG EH ER ET GA GH GM GN GQ GW KE KM LR LS LY MA MG ML MR MU MW MZ NA NE NG RE RW ' +
    'SC SD SH SL SN SO SS ST SZ TD TG TN TZ UG YT ZA ZM ZW',
  Antarctica: 'AQ BV GS TF',
};

const regions = new Map(
  (Object.entries(COUNTRIES) as [WorldRegion, string][]).flatMap(([region, codes]) =>
    codes.split(' ').map((code) => [code, region] as const),
  ),
);

/** The region of a country; undefined when ISO 3166-1 has no such code. */
export const worldRegionOf = (country: string): WorldRegion | undefined => regions.get(country);

/** Every country, ascending. */
export const COUNTRY_CODES: readonly string[] = [...regions.keys()].sort();

/** How many there are in one place. */
export interface PlaceCount {
  readonly place: string;
  readonly count: number;
}

/** A count, and its share of all that were counted, per cent with one decimal (R93, C10). */
export interface PlaceShare extends PlaceCount {
  readonly countedPercent: number;
}

/** Shares as counted. Each is rounded for itself: they need not add up to 100.0, and none is corrected for it. */
export const countedShares = (places: readonly PlaceCount[]): readonly PlaceShare[] => {
  const total = places.reduce((sum, { count }) => sum + count, 0);
  return places.map((each) => ({
    ...each,
    countedPercent: total === 0 ? 0 : Math.round((each.count / total) * 1_000) / 10,
  }));
};
