import type { Cost } from './installation';

/** CPU of one process for each person, seen while its groups had a certain size. */
export interface SeenCost {
  readonly microsecondsPerPerson: number;
  readonly personsPerGroup: number;
}

/**
 * What a group costs and what a person in it costs, from a light and a full load: a person of a small group bears
 * more of the group. Where the two do not say so, which is noise, everything is the person's.
 */
export function fitCost(light: SeenCost, full: SeenCost): Cost {
  const [smaller, larger] = light.personsPerGroup <= full.personsPerGroup ? [light, full] : [full, light];
  const shareMore = 1 / smaller.personsPerGroup - 1 / larger.personsPerGroup;
  const group = (smaller.microsecondsPerPerson - larger.microsecondsPerPerson) / shareMore;
  const perGroup = shareMore > 0 && group > 0 ? group : 0;
  const person = larger.microsecondsPerPerson - perGroup / larger.personsPerGroup;
  if (perGroup === 0 || person <= 0) {
    return {
      perGroupMs: 0,
      perPersonMs: (light.microsecondsPerPerson + full.microsecondsPerPerson) / 2_000,
    };
  }
  return { perGroupMs: perGroup / 1000, perPersonMs: person / 1000 };
}
