//! BPF: program information, attaching by netlink, test runs, the verifier's log, memory-mapped maps, bpffs.

use super::{check, check_libbpf};
use libbpf_rs::{AsRawLibbpf, OpenObject};
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::io;
use std::mem::size_of;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::OnceLock;

static TAKE_WARNING: OnceLock<fn(String)> = OnceLock::new();

unsafe extern "C" {
    /// Of the C library. A `va_list` that is an argument is a pointer on all machines that we know, and nothing looks behind it here.
    fn vasprintf(text: *mut *mut c_char, format: *const c_char, args: *mut c_void) -> c_int;
}

type Print = unsafe extern "C" fn(libbpf_sys::libbpf_print_level, *const c_char, *mut c_void) -> c_int;

unsafe extern "C" fn take_warning(
    level: libbpf_sys::libbpf_print_level,
    format: *const c_char,
    args: *mut c_void,
) -> c_int {
    let Some(take) = TAKE_WARNING.get().filter(|_| level == libbpf_sys::LIBBPF_WARN) else { return 0 };
    let mut text = std::ptr::null_mut();
    // SAFETY: libbpf hands on a format with its arguments; the C library allocates the text, which ends with a zero byte.
    unsafe {
        if vasprintf(&raw mut text, format, args) >= 0 {
            take(CStr::from_ptr(text).to_string_lossy().into_owned());
            libc::free(text.cast());
        }
    }
    0
}

/// Hands libbpf's warnings to a function instead of printing them. Bytes that are not UTF-8 are replaced.
pub(crate) fn on_warning(take: fn(String)) {
    if TAKE_WARNING.set(take).is_ok() {
        // SAFETY: the functions differ in how the `va_list` is typed only, for which bindgen has another name on each machine.
        unsafe {
            let print =
                std::mem::transmute::<Option<Print>, libbpf_sys::libbpf_print_fn_t>(Some(take_warning));
            libbpf_sys::libbpf_set_print(print);
        }
    }
}

/// What the kernel tells of a loaded program.
#[derive(Clone, Debug, Default)]
pub(crate) struct ProgramInfo {
    pub id: u32,
    pub name: String,
    /// Nanoseconds since boot.
    pub load_time: u64,
    pub map_ids: Vec<u32>,
    /// Number of its BTF; 0 without.
    pub btf_id: u32,
    /// Bytes of translated instructions.
    pub xlated: u32,
    /// Bytes of machine code.
    pub jited: u32,
    /// Counted only while statistics are on.
    pub run_count: u64,
    pub run_time_ns: u64,
    /// Instructions that the verifier processed; 0 on kernels before 5.16.
    pub verified_instructions: u32,
}

/// Reads what the kernel knows of a program.
pub(crate) fn program_info(program: BorrowedFd<'_>) -> io::Result<ProgramInfo> {
    let mut info = libbpf_sys::bpf_prog_info::default();
    let mut ids: Vec<u32> = Vec::new();
    // The first call tells how many maps there are, the second one fetches them.
    for _ in 0..2 {
        let count = info.nr_map_ids;
        info = libbpf_sys::bpf_prog_info::default();
        ids.resize(count as usize, 0);
        info.nr_map_ids = count;
        info.map_ids = ids.as_mut_ptr() as u64;
        let mut length = size_of::<libbpf_sys::bpf_prog_info>() as u32;
        // SAFETY: `info` and `length` live through the call; `map_ids` points to `nr_map_ids` numbers.
        check_libbpf(unsafe {
            libbpf_sys::bpf_obj_get_info_by_fd(program.as_raw_fd(), (&raw mut info).cast(), &raw mut length)
        })?;
    }
    // SAFETY: the kernel ends the name with a zero byte.
    let name = unsafe { CStr::from_ptr(info.name.as_ptr()) }.to_string_lossy().into_owned();
    Ok(ProgramInfo {
        id: info.id,
        name,
        load_time: info.load_time,
        map_ids: ids,
        btf_id: info.btf_id,
        xlated: info.xlated_prog_len,
        jited: info.jited_prog_len,
        run_count: info.run_cnt,
        run_time_ns: info.run_time_ns,
        verified_instructions: info.verified_insns,
    })
}

/// The bytes of BTF that libbpf holds.
///
/// # Safety
/// The pointer is null or one of libbpf's that lives through the call.
unsafe fn btf_bytes(btf: *const libbpf_sys::btf) -> Option<Vec<u8>> {
    if btf.is_null() {
        return None;
    }
    let mut size = 0;
    // SAFETY: the caller's word; libbpf tells how many bytes there are, which are its own.
    unsafe {
        let data = libbpf_sys::btf__raw_data(btf, &raw mut size);
        (!data.is_null()).then(|| std::slice::from_raw_parts(data.cast::<u8>(), size as usize).to_vec())
    }
}

/// The BTF of an object that is open.
pub(crate) fn object_btf(object: &OpenObject) -> Option<Vec<u8>> {
    // SAFETY: the object lives through the call, and its BTF with it.
    unsafe { btf_bytes(libbpf_sys::bpf_object__btf(object.as_libbpf_object().as_ptr())) }
}

/// Types of the key and the value of a map of an object that is open; 0 for none.
pub(crate) fn map_types(map: &libbpf_rs::OpenMap<'_>) -> (u32, u32) {
    let raw = map.as_libbpf_object().as_ptr();
    // SAFETY: the map lives through both calls.
    unsafe { (libbpf_sys::bpf_map__btf_key_type_id(raw), libbpf_sys::bpf_map__btf_value_type_id(raw)) }
}

/// BTF that is in the kernel, by its number; `None` without the right to open it.
pub(crate) fn kernel_btf(id: u32) -> Option<Vec<u8>> {
    // SAFETY: a new value of libbpf's, or null; it is freed when its bytes are copied.
    unsafe {
        let btf = libbpf_sys::btf__load_from_kernel_by_id(id);
        let bytes = btf_bytes(btf);
        libbpf_sys::btf__free(btf);
        bytes
    }
}

/// Lets a program hold a map, whether its code uses it or not.
pub(crate) fn bind_map(program: BorrowedFd<'_>, map: BorrowedFd<'_>) -> io::Result<()> {
    // SAFETY: both descriptors are open; without options the kernel gets no memory of ours.
    check_libbpf(unsafe {
        libbpf_sys::bpf_prog_bind_map(program.as_raw_fd(), map.as_raw_fd(), std::ptr::null())
    })
    .map(|_| ())
}

/// Programs of a device by mode; 0 for none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Attached {
    pub native: u32,
    pub generic: u32,
    pub offloaded: u32,
}

/// Asks which programs a device of this network namespace runs.
pub(crate) fn xdp_query(ifindex: u32) -> io::Result<Attached> {
    let mut options = libbpf_sys::bpf_xdp_query_opts {
        sz: size_of::<libbpf_sys::bpf_xdp_query_opts>() as libbpf_sys::size_t,
        ..Default::default()
    };
    // SAFETY: `options` lives through the call and says its own size.
    check_libbpf(unsafe { libbpf_sys::bpf_xdp_query(ifindex.cast_signed(), 0, &raw mut options) })?;
    // With one program the kernel may report only `prog_id` and the mode.
    let mut attached =
        Attached { native: options.drv_prog_id, generic: options.skb_prog_id, offloaded: options.hw_prog_id };
    if options.prog_id != 0 && attached == Attached::default() {
        match u32::from(options.attach_mode) {
            libbpf_sys::XDP_ATTACHED_SKB => attached.generic = options.prog_id,
            libbpf_sys::XDP_ATTACHED_HW => attached.offloaded = options.prog_id,
            _ => attached.native = options.prog_id,
        }
    }
    Ok(attached)
}

/// What a device's driver does for XDP, as `NETDEV_XDP_ACT_*` bits; `None` from kernels before 6.3, which do not tell.
pub(crate) fn xdp_features(ifindex: u32) -> io::Result<Option<u64>> {
    let mut options = libbpf_sys::bpf_xdp_query_opts {
        sz: size_of::<libbpf_sys::bpf_xdp_query_opts>() as libbpf_sys::size_t,
        ..Default::default()
    };
    // SAFETY: `options` lives through the call and says its own size.
    check_libbpf(unsafe { libbpf_sys::bpf_xdp_query(ifindex.cast_signed(), 0, &raw mut options) })?;
    Ok(Some(options.feature_flags).filter(|features| *features != 0))
}

/// Attaches, replaces or (without a program) detaches. With `old`, only if that program is the one attached.
pub(crate) fn xdp_attach(
    ifindex: u32,
    program: Option<BorrowedFd<'_>>,
    flags: u32,
    old: Option<BorrowedFd<'_>>,
) -> io::Result<()> {
    let options = libbpf_sys::bpf_xdp_attach_opts {
        sz: size_of::<libbpf_sys::bpf_xdp_attach_opts>() as libbpf_sys::size_t,
        old_prog_fd: old.map_or(0, |fd| fd.as_raw_fd()),
        ..Default::default()
    };
    let fd = program.map_or(-1, |fd| fd.as_raw_fd());
    // SAFETY: `options` lives through the call and says its own size.
    check_libbpf(unsafe {
        libbpf_sys::bpf_xdp_attach(ifindex.cast_signed(), fd, flags, &raw const options)
    })?;
    Ok(())
}

/// What goes into a test run.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TestRun<'a> {
    /// Metadata, then the packet.
    pub packet: &'a [u8],
    /// Bytes of metadata.
    pub metadata: usize,
    pub ifindex: u32,
    pub rx_queue: u32,
    pub repeat: u32,
    pub flags: u32,
    /// Frames a batch with live frames; 0 is the kernel's default.
    pub batch: u32,
    /// Bytes of room for the packet that comes out; 0 if nobody asks for it.
    pub room: usize,
}

/// What comes out of a test run.
#[derive(Clone, Debug)]
pub(crate) struct TestResult {
    pub verdict: u32,
    /// Without metadata.
    pub packet: Vec<u8>,
    /// Nanoseconds a packet, rounded down.
    pub duration: u32,
}

/// Runs a program on a packet (`BPF_PROG_TEST_RUN`).
pub(crate) fn test_run(program: BorrowedFd<'_>, run: &TestRun<'_>) -> io::Result<TestResult> {
    let mut out = vec![0u8; run.room];
    let length = u32::try_from(run.packet.len()).map_err(io::Error::other)?;
    // struct xdp_md: data, data_end, data_meta, ingress_ifindex, rx_queue_index, egress_ifindex
    let metadata = u32::try_from(run.metadata).map_err(io::Error::other)?;
    let context: [u32; 6] = [metadata, length, 0, run.ifindex, run.rx_queue, 0];
    let mut options = libbpf_sys::bpf_test_run_opts {
        sz: size_of::<libbpf_sys::bpf_test_run_opts>() as libbpf_sys::size_t,
        data_in: run.packet.as_ptr().cast(),
        data_size_in: length,
        repeat: i32::try_from(run.repeat).unwrap_or(i32::MAX),
        flags: run.flags,
        batch_size: run.batch,
        ..Default::default()
    };
    if run.room > 0 {
        options.data_out = out.as_mut_ptr().cast();
        options.data_size_out = u32::try_from(run.room).unwrap_or(u32::MAX);
    }
    let mut after = [0u32; 6];
    if run.room > 0 {
        options.ctx_out = after.as_mut_ptr().cast();
        options.ctx_size_out = size_of::<[u32; 6]>() as u32;
    }
    if run.room > 0 || run.ifindex != 0 || run.metadata != 0 {
        options.ctx_in = context.as_ptr().cast();
        options.ctx_size_in = size_of::<[u32; 6]>() as u32;
    }
    // SAFETY: all buffers outlive the call, each with its true size beside it.
    check_libbpf(unsafe { libbpf_sys::bpf_prog_test_run_opts(program.as_raw_fd(), &raw mut options) })?;
    out.truncate(options.data_size_out as usize);
    // Metadata stands in front of the packet, whether it was there before or not.
    let [metadata, ..] = after;
    out.drain(..out.len().min(metadata as usize));
    Ok(TestResult { verdict: options.retval, packet: out, duration: options.duration })
}

/// Loads an object, with the verifier's log of each of its programs by name, at a level (1 and 2: instructions, 4: statistics).
pub(crate) fn load_with_logs(
    object: OpenObject,
    level: u32,
    room: usize,
) -> (Result<libbpf_rs::Object, libbpf_rs::Error>, Vec<(String, String)>) {
    let mut logs: Vec<(String, Vec<u8>)> = Vec::new();
    for program in object.progs() {
        let mut log = vec![0u8; room];
        let raw = program.as_libbpf_object().as_ptr();
        // SAFETY: the bytes are used during `load` below and outlive it, also when the vector around them moves; afterwards the pointer
        // is cleared.
        unsafe {
            libbpf_sys::bpf_program__set_log_level(raw, level);
            libbpf_sys::bpf_program__set_log_buf(
                raw,
                log.as_mut_ptr().cast(),
                log.len() as libbpf_sys::size_t,
            );
        }
        logs.push((program.name().to_string_lossy().into_owned(), log));
    }
    let result = object.load();
    if let Ok(loaded) = &result {
        for program in loaded.progs() {
            // SAFETY: takes the pointer away again.
            unsafe {
                libbpf_sys::bpf_program__set_log_buf(
                    program.as_libbpf_object().as_ptr(),
                    std::ptr::null_mut(),
                    0,
                );
            }
        }
    }
    let text = |log: Vec<u8>| {
        let end = log.iter().position(|byte| *byte == 0).unwrap_or(log.len());
        String::from_utf8_lossy(log.get(..end).unwrap_or_default()).into_owned()
    };
    (result, logs.into_iter().map(|(name, log)| (name, text(log))).collect())
}

/// Turns run-time statistics of programs on, for as long as the descriptor is held.
pub(crate) fn enable_stats() -> io::Result<OwnedFd> {
    // SAFETY: takes no pointer.
    let fd = check_libbpf(unsafe { libbpf_sys::bpf_enable_stats(libbpf_sys::BPF_STATS_RUN_TIME) })?;
    // SAFETY: the descriptor is new and nobody else's.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// The path is on a BPF file system.
pub(crate) fn is_bpffs(path: &Path) -> bool {
    let Ok(path) = CString::new(path.as_os_str().as_bytes()) else { return false };
    // SAFETY: `statfs` is plain data, which the kernel fills.
    let mut stat: libc::statfs = unsafe { std::mem::zeroed() };
    // SAFETY: both pointers are valid for the call.
    let result = unsafe { libc::statfs(path.as_ptr(), &raw mut stat) };
    const BPF_FS_MAGIC: u32 = 0xcafe_4a11;
    result == 0 && stat.f_type as u32 == BPF_FS_MAGIC
}

/// Mounts a BPF file system.
pub(crate) fn mount_bpffs(path: &Path) -> io::Result<()> {
    let path = CString::new(path.as_os_str().as_bytes()).map_err(io::Error::other)?;
    // SAFETY: all strings end with a zero byte and outlive the call.
    check(unsafe { libc::mount(c"bpf".as_ptr(), path.as_ptr(), c"bpf".as_ptr(), 0, std::ptr::null()) })?;
    Ok(())
}

/// Pins a program.
pub(crate) fn pin(program: BorrowedFd<'_>, path: &Path) -> io::Result<()> {
    let path = CString::new(path.as_os_str().as_bytes()).map_err(io::Error::other)?;
    // SAFETY: the path ends with a zero byte and outlives the call.
    check_libbpf(unsafe { libbpf_sys::bpf_obj_pin(program.as_raw_fd(), path.as_ptr()) })?;
    Ok(())
}
