import type { CheckStatus, HealthCheck, HealthEntry } from './types.ts';

/** A check as it is written; the catalog adds the node, the service's name and tags, and the indexes. */
export interface CheckInput {
  checkId: string;
  name: string;
  status: CheckStatus;
  notes?: string;
  output?: string;
  type?: string;
  /** Empty for a check of the node. */
  serviceId?: string;
}

/** A service as it is written. */
export interface ServiceInput {
  id: string;
  name: string;
  tags: string[];
  address: string;
  port: number;
  meta: Record<string, string> | null;
}

/** When something was first and last written. */
export interface Indexes {
  createIndex: number;
  modifyIndex: number;
}

/**
 * One instance as `GET /v1/health/service/:name` shows it.
 *
 * @param checks the node's first, then those of the instance.
 */
export function healthEntry(
  datacenter: string,
  node: { readonly id: string; readonly name: string; readonly address: string },
  service: ServiceInput & Indexes,
  checks: readonly (CheckInput & Indexes)[],
): HealthEntry {
  const { id, name, tags, address, port, meta, createIndex: CreateIndex, modifyIndex: ModifyIndex } = service;
  const Service = {
    ID: id,
    Service: name,
    Tags: tags,
    Address: address,
    Port: port,
    Meta: meta,
    CreateIndex,
    ModifyIndex,
  };
  return {
    Node: { ID: node.id, Node: node.name, Address: node.address, Datacenter: datacenter },
    Service,
    Checks: checks.map(
      (check): HealthCheck => ({
        Node: node.name,
        CheckID: check.checkId,
        Name: check.name,
        Status: check.status,
        Notes: check.notes ?? '',
        Output: check.output ?? '',
        ServiceID: check.serviceId ?? '',
        ServiceName: check.serviceId ? name : '',
        ServiceTags: check.serviceId ? tags : [],
        Type: check.type ?? '',
        CreateIndex: check.createIndex,
        ModifyIndex: check.modifyIndex,
      }),
    ),
  };
}
