// The sum over the WG invocations of a workgroup (a power of two); each of them gets it. Called in uniform control flow.
#if SG
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_shader_subgroup_arithmetic : require
shared float partial_[WG / 4u]; // subgroups have at least four invocations
float wgSum(float v) {
    v = subgroupAdd(v);
    if (gl_NumSubgroups > 1u) {
        barrier();
        if (subgroupElect()) partial_[gl_SubgroupID] = v;
        barrier();
        v = 0.0;
        for (uint i = 0u; i < gl_NumSubgroups; i++) v += partial_[i];
    }
    return v;
}
#else
shared float partial_[WG];
float wgSum(float v) {
    uint t = gl_LocalInvocationID.x;
    barrier();
    partial_[t] = v;
    barrier();
    for (uint n = WG / 2u; n > 0u; n >>= 1) {
        if (t < n) partial_[t] += partial_[t + n];
        barrier();
    }
    return partial_[0];
}
#endif
