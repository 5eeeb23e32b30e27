#version 450
// The slots of each expert together: list[e] says where those of expert e begin in the list, list[experts] where all end, and
// then come the slots, in ascending order within an expert.
#define WG 256u
#define LARGEST 1024u
layout(local_size_x = WG) in;
layout(push_constant) uniform P { uint slots, experts; } p;
layout(std430, binding = 0) readonly buffer C { uint chosen[]; };
layout(std430, binding = 1) buffer L { uint list[]; };
shared uint begin[LARGEST + 1u];
void main() {
    const uint t = gl_LocalInvocationID.x;
    for (uint e = t; e < p.experts; e += WG) {
        uint count = 0u;
        for (uint i = 0u; i < p.slots; i++) count += chosen[i] == e ? 1u : 0u;
        begin[e] = count;
    }
    barrier();
    if (t == 0u) {
        uint at = p.experts + 1u;
        for (uint e = 0u; e < p.experts; e++) {
            uint count = begin[e];
            begin[e] = at;
            at += count;
        }
        begin[p.experts] = at;
    }
    barrier();
    for (uint e = t; e <= p.experts; e += WG) list[e] = begin[e];
    for (uint e = t; e < p.experts; e += WG) {
        uint at = begin[e];
        for (uint i = 0u; i < p.slots; i++) {
            if (chosen[i] == e) list[at++] = i;
        }
    }
}
