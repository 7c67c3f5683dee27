//! What this machine has to compute with, tried: for people as lines, for programs as fields.

use std::fmt;

use serde::Serialize;

use crate::Price;

/// The engines and codecs of a machine, and whether they work. Written down, it is a line for each.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Diagnosis {
    /// Cores that this process may use.
    pub cores: usize,
    /// The GPU.
    pub gpu: GpuDiagnosis,
    /// The version of the machine's libheif, which decodes HEIC; absent if there is none.
    pub libheif: Option<String>,
}

/// The state of the GPU. As JSON, an object whose `state` is the name of the variant in lower case.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "state", rename_all = "lowercase")]
pub enum GpuDiagnosis {
    /// Every kernel gives the right answer.
    Ready {
        /// The adapter and its driver.
        adapter: String,
        /// Whether it computes on the CPU; then only the choice `gpu` uses it.
        is_software: bool,
        /// What operations take on both engines.
        prices: Vec<Price>,
    },
    /// There is none, or it fails.
    Unusable {
        /// Why.
        reason: String,
    },
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "cpu: ready, {} cores", self.cores)?;
        self.gpu.fmt(f)?;
        match &self.libheif {
            Some(version) => writeln!(f, "heic: libheif {version}"),
            None => writeln!(f, "heic: not decoded, there is no libheif (Debian, Ubuntu: apt-get install libheif1)"),
        }
    }
}

impl fmt::Display for GpuDiagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (adapter, is_software, prices) = match self {
            Self::Unusable { reason } => return writeln!(f, "gpu: not usable: {reason}"),
            Self::Ready { adapter, is_software, prices } => (adapter, *is_software, prices),
        };
        let use_ = if is_software { "only used by --engine gpu, since it is software" } else { "used where it pays" };
        writeln!(f, "gpu: ready: {adapter}")?;
        writeln!(f, "gpu: every kernel gives the right answer; {use_}")?;
        for engine in ["cpu", "gpu"] {
            let prices = prices.iter().filter(|price| price.engine == engine);
            let list: Vec<String> =
                prices.map(|Price { what, seconds, .. }| format!("{what} {:.3}", 1e9 * seconds)).collect();
            writeln!(f, "cost: in ns on the {engine}: {}", list.join(", "))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn diagnosis_reads_the_same_to_people_and_programs() {
        let price = |engine, what, seconds| Price { engine, what, seconds };
        let gpu = GpuDiagnosis::Ready {
            adapter: "llvmpipe".to_owned(),
            is_software: true,
            prices: vec![price("cpu", "taps", 2e-9), price("gpu", "begin", 5e-6)],
        };
        let diagnosis = Diagnosis { cores: 2, gpu, libheif: Some("1.15.1".to_owned()) };
        assert_eq!(
            diagnosis.to_string(),
            "cpu: ready, 2 cores\n\
             gpu: ready: llvmpipe\n\
             gpu: every kernel gives the right answer; only used by --engine gpu, since it is software\n\
             cost: in ns on the cpu: taps 2.000\n\
             cost: in ns on the gpu: begin 5000.000\n\
             heic: libheif 1.15.1\n"
        );
        let json = serde_json::to_value(&diagnosis).unwrap();
        assert_eq!(json["gpu"]["state"], "ready");
        assert_eq!(json["gpu"]["prices"][0]["what"], "taps");
        let none = Diagnosis { gpu: GpuDiagnosis::Unusable { reason: "none".to_owned() }, libheif: None, ..diagnosis };
        assert!(none.to_string().contains("\ngpu: not usable: none\nheic: not decoded"), "{none}");
    }
}
