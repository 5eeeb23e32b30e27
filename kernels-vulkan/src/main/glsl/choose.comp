#version 450
// The experts that a row goes to, best first, and the factors of their outputs, from its router logits; a workgroup a row.
// Of equal scores the lower index comes first, and whatever the logits are, an index is one of an expert.
#define WG 64u
#define LARGEST 1024u
#define TAKEN -3.0e38
layout(local_size_x = WG) in;
layout(push_constant) uniform P {
    uint xo, xs, row0, experts, used, sigmoid, ofChosen, biased, normalise, groups, groupsUsed;
    float scale;
} p;
layout(std430, binding = 0) readonly buffer X { float x[]; };
layout(std430, binding = 1) buffer C { uint chosen[]; };
layout(std430, binding = 2) buffer F { float factor[]; };
layout(std430, binding = 3) readonly buffer B { float bias[]; };
shared float score[LARGEST];
shared float key[LARGEST];
shared uint picked[LARGEST];
shared float best[WG];
shared uint bestAt[WG];
uint t; // this invocation

// The index of the largest of key[0] to key[count - 1], which is then taken.
uint pick(uint count) {
    float v = TAKEN;
    uint at = LARGEST;
    for (uint i = t; i < count; i += WG) {
        if (at == LARGEST || key[i] > v) {
            v = key[i];
            at = i;
        }
    }
    best[t] = v;
    bestAt[t] = at;
    barrier();
    for (uint n = WG / 2u; n > 0u; n >>= 1) {
        if (t < n && (best[t + n] > best[t] || (best[t + n] == best[t] && bestAt[t + n] < bestAt[t]))) {
            best[t] = best[t + n];
            bestAt[t] = bestAt[t + n];
        }
        barrier();
    }
    at = min(bestAt[0], count - 1u);
    if (t == 0u) key[at] = TAKEN;
    barrier();
    return at;
}

float logit(uint e) { return x[p.xo + (p.row0 + gl_WorkGroupID.x) * p.xs + e]; }
// What the choice goes by. Without a bias logits are in the order of scores, and finer.
float selection(uint e) { return p.biased != 0u ? score[e] + bias[e] : logit(e); }
float groupSelection(uint e) { return p.biased != 0u ? score[e] + bias[e] : score[e]; }

float sum() {
    barrier();
    for (uint n = WG / 2u; n > 0u; n >>= 1) {
        if (t < n) best[t] += best[t + n];
        barrier();
    }
    return best[0];
}

void scores() {
    for (uint e = t; e < p.experts; e += WG) key[e] = logit(e);
    barrier();
    const float largest = logit(pick(p.experts));
    float part = 0.0;
    for (uint e = t; e < p.experts; e += WG) {
        float v = logit(e);
        if (p.sigmoid != 0u) score[e] = 1.0 / (1.0 + exp(clamp(-v, -80.0, 80.0)));
        else if (p.ofChosen != 0u) score[e] = v;
        else score[e] = exp(max(v - largest, -80.0));
        part += score[e];
    }
    best[t] = part;
    const float all = sum();
    if (p.sigmoid == 0u && p.ofChosen == 0u) {
        for (uint e = t; e < p.experts; e += WG) score[e] /= all;
    }
    barrier();
}

// picked[g] = 1 for the groups that stay in the choice: those with the largest sums of their two best.
void groups() {
    const uint size = p.experts / p.groups;
    for (uint g = t; g < p.groups; g += WG) {
        float first = TAKEN, second = TAKEN;
        for (uint e = g * size; e < (g + 1u) * size; e++) {
            float v = groupSelection(e);
            second = max(second, min(first, v));
            first = max(first, v);
        }
        key[g] = size > 1u ? first + second : first;
        picked[g] = 0u;
    }
    barrier();
    for (uint i = 0u; i < p.groupsUsed; i++) {
        uint g = pick(p.groups);
        if (t == 0u) picked[g] = 1u;
    }
    barrier();
}

void main() {
    t = gl_LocalInvocationID.x;
    scores();
    if (p.groups > 1u) groups();
    for (uint e = t; e < p.experts; e += WG) {
        key[e] = p.groups > 1u && picked[e / (p.experts / p.groups)] == 0u ? -2.0e38 : selection(e);
    }
    barrier();
    for (uint i = 0u; i < p.used; i++) {
        uint e = pick(p.experts);
        if (t == 0u) picked[i] = e;
    }
    barrier();
    const float largest = score[picked[0]];
    float part = 0.0;
    for (uint i = t; i < p.used; i += WG) {
        float v = score[picked[i]];
        key[i] = p.ofChosen != 0u ? exp(max(v - largest, -80.0)) : v;
        part += key[i];
    }
    best[t] = part;
    const float all = sum();
    for (uint i = t; i < p.used; i += WG) {
        uint slot = gl_WorkGroupID.x * p.used + i;
        float w = key[i];
        if (p.ofChosen != 0u) w /= all;
        else if (p.normalise != 0u) w /= all;
        chosen[slot] = picked[i];
        factor[slot] = p.scale * w;
    }
}
