// The head of a worksheet as a form: each field is a cell, saved when it is left. The team and a scale are one cell each.

import { keyOf } from "./sheet-model.js";

export class Head {
  constructor({ element, model, words, onWrite, onSet }) {
    Object.assign(this, { element, model, words, onWrite, onSet });
    this.team = element.querySelector("[data-team]");
    this.fields = [...element.querySelectorAll("[data-column]")];
    for (const field of this.fields) {
      field.addEventListener("focus", () => { this.base = model.revision; });
      field.addEventListener("change", () => onWrite(field.dataset.column, field.value, this.base));
    }
    element.querySelector("[data-add-member]").addEventListener("click", () => this.addMember());
    for (const scale of element.querySelectorAll("[data-scale]")) {
      scale.addEventListener("focusin", () => { this.base = model.revision; });
      scale.addEventListener("change", () => this.writeScale(scale));
    }
    this.team.addEventListener("focusin", () => { this.base = model.revision; });
    this.team.addEventListener("change", () => this.writeTeam());
  }

  show() {
    const mayEdit = this.model.may.edit;
    for (const field of this.fields) {
      if (field !== document.activeElement) field.value = this.model.text("header", "", field.dataset.column);
      const faults = this.model.faults.get(keyOf("header", "", field.dataset.column));
      const says = document.getElementById(`${field.id}-says`);
      says.textContent = faults?.join(" ") ?? "";
      field.toggleAttribute("aria-invalid", Boolean(faults));
    }
    if (!this.team.contains(document.activeElement)) this.showTeam();
    for (const scale of this.element.querySelectorAll("[data-scale]")) this.showScale(scale);
    this.element.querySelector("#head-team-says").textContent =
      this.model.faults.get(keyOf("header", "", "team"))?.join(" ") ?? "";
    for (const field of this.element.querySelectorAll("input, select, textarea, button")) field.disabled = !mayEdit;
  }

  // To a field by its column; a scale is opened.
  go(column) {
    const name = this.element.querySelector(`[data-name="${CSS.escape(column)}"]`);
    const scale = name?.closest("details");
    if (scale) scale.open = true;
    const field = scale ? name : this.fields.find((it) => it.dataset.column === column);
    name?.scrollIntoView({ block: "center" });
    field?.focus({ preventScroll: true });
  }

  // --- the team ----------------------------------------------------------------------------------------------------

  value(column) {
    const asked = this.model.asks.flatMap((it) => it.operations).filter((it) => it.op === "set" && it.column === column);
    return asked.at(-1)?.value ?? this.model.value("header", "", column);
  }

  showTeam() {
    const team = this.value("team");
    this.team.replaceChildren(...(Array.isArray(team) ? team : []).map((it) => this.member(it)));
  }

  member(one) {
    const row = document.createElement("li");
    row.className = "head-member";
    const named = (name, type, value) => {
      const label = document.createElement("label");
      const field = document.createElement("input");
      field.type = type;
      field.name = name;
      if (type === "checkbox") field.checked = Boolean(value);
      else field.value = value ?? "";
      label.append(this.words[`member_${name}`] ?? this.words.member, field);
      return label;
    };
    const out = document.createElement("button");
    out.type = "button";
    out.textContent = this.words.member_remove;
    out.addEventListener("click", () => { row.remove(); this.writeTeam(); });
    row.append(named("person", "text", one.person), named("function", "text", one.function), named("lead", "checkbox", one.is_lead), out);
    return row;
  }

  addMember() {
    const row = this.member({});
    this.team.append(row);
    row.querySelector("input").focus();
  }

  writeTeam() {
    const team = [...this.team.children].map((row) => {
      const [person, role, lead] = row.querySelectorAll("input");
      return {
        person: person.value.trim(),
        ...(role.value.trim() ? { function: role.value.trim() } : {}),
        ...(lead.checked ? { is_lead: true } : {}),
      };
    });
    const named = team.filter((it) => it.person);
    this.onSet("team", named.length > 0 ? named : null, this.base);
  }

  // --- the scales --------------------------------------------------------------------------------------------------

  showScale(scale) {
    if (scale.contains(document.activeElement)) return;
    const value = this.value(`scales.${scale.dataset.scale}`);
    for (const field of scale.querySelectorAll("[data-key]")) field.value = value?.[field.dataset.key] ?? "";
    scale.querySelectorAll("[data-level]").forEach((field) => {
      field.value = value?.levels?.[Number(field.dataset.level) - 1]?.[field.dataset.of] ?? "";
    });
  }

  writeScale(scale) {
    const found = structuredClone(this.value(`scales.${scale.dataset.scale}`) ?? {});
    const put = (item, key, text) => { if (text) item[key] = text; else delete item[key]; };
    for (const field of scale.querySelectorAll("[data-key]")) put(found, field.dataset.key, field.value.trim());
    found.levels = Array.from({ length: 10 }, (_none, n) => ({ ...(found.levels?.[n] ?? {}), rating: n + 1 }));
    for (const field of scale.querySelectorAll("[data-level]")) {
      put(found.levels[Number(field.dataset.level) - 1], field.dataset.of, field.value.trim());
    }
    this.onSet(`scales.${scale.dataset.scale}`, found, this.base);
  }
}
