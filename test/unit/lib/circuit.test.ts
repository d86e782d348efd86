import { expect, it } from 'vitest';
import { type CircuitState, createCircuit } from '../../../src/lib/circuit.ts';

function circuitWithClock() {
  let time = 0;
  const states: CircuitState[] = [];
  const circuit = createCircuit({ now: () => time, onChange: (state) => states.push(state) });
  return {
    circuit,
    states,
    pass: (ms: number) => {
      time += ms;
    },
    fail: (times = 1) => {
      for (let i = 0; i < times; i += 1) circuit.enter()?.failed();
    },
  };
}

it('opens after five failures, not after four', () => {
  const { circuit, fail } = circuitWithClock();
  fail(4);
  expect(circuit.state).toBe('CLOSED');
  fail();
  expect(circuit.state).toBe('OPEN');
  expect(circuit.enter()).toBeUndefined();
});

it('stays closed while most calls succeed', () => {
  const { circuit, fail } = circuitWithClock();
  for (let i = 0; i < 20; i += 1) {
    circuit.enter()?.succeeded();
    circuit.enter()?.succeeded();
    fail();
  }
  expect(circuit.state).toBe('CLOSED');
});

it('forgets failures of long ago', () => {
  const { circuit, fail, pass } = circuitWithClock();
  fail(4);
  pass(11_000);
  fail(4);
  expect(circuit.state).toBe('CLOSED');
});

it('lets one probe through when its time is over, and closes when that succeeds', () => {
  const { circuit, fail, pass, states } = circuitWithClock();
  fail(5);
  pass(1_999);
  expect(circuit.enter()).toBeUndefined();
  pass(1);
  const probe = circuit.enter();
  expect(probe).toBeDefined();
  expect([circuit.enter(), circuit.enter()]).toEqual([undefined, undefined]);
  probe?.succeeded();
  expect(circuit.enter()).toBeDefined();
  expect(states).toEqual(['OPEN', 'HALF_OPEN', 'CLOSED']);
});

it('waits longer after each failed probe, up to a bound', () => {
  const { circuit, fail, pass } = circuitWithClock();
  fail(5);
  const waits: number[] = [];
  for (let i = 0; i < 7; i += 1) {
    let waited = 0;
    let probe = circuit.enter();
    while (probe === undefined) {
      pass(1_000);
      waited += 1_000;
      probe = circuit.enter();
    }
    waits.push(waited);
    probe.failed();
  }
  expect(waits).toEqual([2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
});

it('gives the place of a probe whose caller left to the next one', () => {
  const { circuit, fail, pass } = circuitWithClock();
  fail(5);
  pass(2_000);
  circuit.enter()?.abandoned();
  expect(circuit.state).toBe('HALF_OPEN');
  circuit.enter()?.succeeded();
  expect(circuit.state).toBe('CLOSED');
});

it('counts nothing twice, and nothing of a call that began before it opened', () => {
  const { circuit, fail } = circuitWithClock();
  const late = circuit.enter();
  const twice = circuit.enter();
  twice?.failed();
  twice?.failed();
  fail(3);
  expect(circuit.state).toBe('CLOSED');
  fail();
  expect(circuit.state).toBe('OPEN');
  late?.succeeded();
  expect(circuit.state).toBe('OPEN');
});
