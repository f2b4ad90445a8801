/**
 * @bitrix24/b24jssdk: `actions.v2.batchByChunk` for adds, and `actions.v2.fetchList` for the list.
 *
 * That is what its documentation shows for more than 50 commands and for large lists. It sends one
 * batch after the other. It speaks https only, so it gets `--ca`, through the axios client that it
 * hands out (`ajaxClient`); connections are kept, as Node's own agent keeps them.
 *
 * Settings: `isHaltOnError` is false, so that one failing command does not stop the others.
 * `rateLimit` is the portal's limits, or very large where it has none.
 *
 * Run it as `node b24jssdk.mjs WORKLOAD --webhook URL ...`, with the arguments of the contenders in
 * Python; `--modules FOLDER` says where npm installed the package.
 */

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Agent } from 'node:https'
import { resolve } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import { inspect, parseArgs } from 'node:util'

const ADD = 'tasks.api.scrum.sprint.add'
const LIST = 'tasks.api.scrum.sprint.list'
const UNLIMITED = 1_000_000
const FAILS = 25
const NO_GROUP = 999_999
const NOTES =
  'batchByChunk, fetchList; one batch after the other; https only: a certificate of the run;' +
  ' a command that failed with the code 0 counts as a success without a result'

const { positionals: [workload], values: given } = parseArgs({
  allowPositionals: true,
  options: {
    webhook: { type: 'string' },
    calls: { type: 'string' },
    group: { type: 'string' },
    ca: { type: 'string' },
    burst: { type: 'string', default: '50' },
    'per-second': { type: 'string', default: '0' },
    modules: { type: 'string', default: '.' }
  }
})
const require = createRequire(resolve(given.modules, 'package.json'))
const { B24Hook, ParamsFactory, ApiVersion } = require('@bitrix24/b24jssdk')
const [calls, group, burst] = [given.calls, given.group, given.burst].map(Number)
const perSecond = Number(given['per-second'])
const secret = given.webhook.replace(/\/$/, '').split('/').at(-1)

const result = {
  library: '@bitrix24/b24jssdk',
  version: '',
  cpu_seconds: 0,
  wall_seconds: 0,
  peak_mb: 0,
  ok: 0,
  in_order: null,
  errors: [],
  rows: null,
  unique_rows: null,
  secret_shown: null,
  skipped: null,
  notes: NOTES
}

/** The fields of the sprints to add, the same as `Job.fields` in job.py. */
function fieldsToAdd() {
  const texts = JSON.parse(readFileSync(new URL('texts.json', import.meta.url), 'utf-8'))
  return Array.from({ length: calls }, (_, place) => ({
    groupId: workload === 'failing' && place + 1 === FAILS ? NO_GROUP : group,
    name: workload === 'texts' ? texts[place % texts.length] : `Sprint ${place + 1}`,
    createdBy: 1,
    dateStart: '2026-11-02T00:00:00+00:00',
    dateEnd: '2026-11-16T00:00:00+00:00',
    status: 'planned'
  }))
}

/** The library's client for the portal. */
function connected() {
  const portal = B24Hook.fromWebhookUrl(given.webhook, {
    restrictionParams: {
      ...ParamsFactory.getDefault(),
      rateLimit: {
        burstLimit: perSecond ? burst : UNLIMITED,
        drainRate: perSecond || UNLIMITED,
        adaptiveEnabled: true
      }
    }
  })
  if (given.ca) {
    const agent = new Agent({ ca: readFileSync(given.ca), keepAlive: true })
    portal.getHttpClient(ApiVersion.v2).ajaxClient.defaults.httpsAgent = agent
  }
  return portal
}

async function measured(work) {
  const began = performance.now()
  const worked = process.cpuUsage()
  try {
    return await work()
  } finally {
    const { user, system } = process.cpuUsage(worked)
    result.cpu_seconds = (user + system) / 1e6
    result.wall_seconds = (performance.now() - began) / 1e3
  }
}

async function add(portal, rows) {
  const answer = await portal.actions.v2.batchByChunk.make({
    calls: rows.map((fields) => [ADD, { fields }]),
    options: { isHaltOnError: false }
  })
  return [answer.getData(), answer.getErrorMessages()]
}

async function read(portal) {
  const pages = portal.actions.v2.fetchList.make({
    method: LIST,
    params: { filter: { GROUP_ID: group } },
    idKey: 'id',
    cursorIdKey: 'ID'
  })
  const rows = []
  for await (const page of pages) rows.push(...page)
  return rows
}

/** Whether the names come in the order in which they were sent, whichever are missing. */
function inOrder(names, rows) {
  const sent = rows.values()
  return names.every((name) => {
    for (let next = sent.next(); !next.done; next = sent.next()) {
      if (next.value.name === name) return true
    }
    return false
  })
}

const short = (text) => text.replaceAll(secret, 'SECRET').replaceAll(/\s+/g, ' ').slice(0, 300)

/** The most memory that this process held; `maxRSS` can tell that of the process that began it. */
function peakMb() {
  try {
    return Number(/VmHWM:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf-8'))[1]) / 1024
  } catch {
    return process.resourceUsage().maxRSS / 1024
  }
}

async function work() {
  const portal = connected()
  const ping = await portal.actions.v2.call.make({ method: 'user.current' })
  if (!ping.isSuccess) throw ping.getErrors().next().value
  if (workload === 'secret') return
  await portal.actions.v2.batchByChunk.make({
    calls: [['user.current', {}], ['user.current', {}]],
    options: { isHaltOnError: false }
  })
  // The portal shall have forgotten the warming up: `Job.pause` in job.py.
  if (perSecond) await setTimeout(3000 / perSecond)
  const rows = fieldsToAdd()
  if (workload === 'list') {
    const found = await measured(() => read(portal))
    result.ok = result.rows = found.length
    result.unique_rows = new Set(found.map((row) => Number(row.id))).size
    return
  }
  const [records, errors] = await measured(() => add(portal, rows))
  const usable = records.filter((record) => record?.id !== undefined)
  for (const other of records) {
    if (other?.id === undefined) errors.push(`no record, but ${JSON.stringify(other)}`)
  }
  result.ok = usable.length
  result.errors = errors.slice(0, 5).map(short)
  if (workload !== 'texts' && usable.length > 0) {
    result.in_order = inOrder(usable.map((record) => record.name), rows)
  }
}

try {
  const manifest = require.resolve('@bitrix24/b24jssdk').replace(/dist.*$/, 'package.json')
  result.version = JSON.parse(readFileSync(manifest, 'utf-8')).version
  await work()
  if (workload === 'secret') {
    result.skipped = 'the library raised nothing for a webhook that the portal refuses'
  }
} catch (error) {
  // `inspect` is what Node prints for an error that nobody catches.
  if (workload === 'secret') result.secret_shown = inspect(error).includes(secret)
  result.errors.unshift(short(`${error?.name}: ${error?.message}`))
}
result.peak_mb = peakMb()
console.log(JSON.stringify(result))
process.exit(0)
