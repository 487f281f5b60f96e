/** Who a simulated user is: name, city, usual device and account balance, the same in all of their events. */
import type { Faker } from '@faker-js/faker';
import { faker as english } from '@faker-js/faker/locale/en';
import type { Device, Persona } from '../catalogue/personas.js';
import { pickIndex, quantile, type Rng } from './chance.js';

/** What is the same in all events of one user. */
export interface Person {
  readonly username: string;
  readonly city: string;
  /** `F`, `M`, `X`, or empty if the user did not say. */
  readonly gender: string;
  /** The device of most visits. */
  readonly device: Device;
  /** USD, two decimals. */
  readonly balance: string;
}

const DEVICES = ['desktop', 'mobile', 'tablet'] as const satisfies readonly Device[];

/** Shares of users who leave the field empty, and who choose neither of the two answers. Both are assumed. */
const GENDER_UNKNOWN = 0.08;
const GENDER_OTHER = 0.02;

/** A device, drawn by the persona's habits. */
export const drawDevice = (rng: Rng, { devices }: Persona): Device =>
  DEVICES[
    pickIndex(
      rng,
      DEVICES.map((device) => devices[device] ?? 0),
    )
  ] ?? 'desktop';

/**
 * Returns a function that makes people. They share one faker, which draws from the stream of the current user, so that no
 * user depends on those made before.
 */
export const personMaker = (): ((rng: Rng, persona: Persona) => Person) => {
  let current: Rng = () => 0;
  // Another of the class of the English one: the class itself comes only with all seventy languages, a fifth of a second.
  const options = { locale: english.rawDefinitions, randomizer: { next: () => current(), seed: () => {} } };
  const faker: Faker = Reflect.construct(english.constructor, [options]);
  return (rng, persona) => {
    current = rng;
    const sex = faker.person.sexType();
    const answer = rng();
    const first = sex === 'female' ? 'F' : 'M';
    return {
      username: faker.internet
        .username({ firstName: faker.person.firstName(sex), lastName: faker.person.lastName() })
        .toLowerCase(),
      city: faker.location.city(),
      gender: answer < GENDER_UNKNOWN ? '' : answer < GENDER_UNKNOWN + GENDER_OTHER ? 'X' : first,
      device: drawDevice(rng, persona),
      balance: quantile(persona.balance, rng()).toFixed(2),
    };
  };
};
